-- name: common
WITH artefacts AS (
  -- What an attacker has to carry away: the artefact compressed, or its parameters at the coarsest useful precision.
  SELECT
    artefact, ref,
    least(compressed_bytes * CAST(8 AS HUGEINT), parameters * CAST($attacker_bits AS HUGEINT)) AS bits
  FROM weights_registry
  WHERE born < $period_to AND coalesce(retired, $period_to) > $period_from
),
smallest AS (
  SELECT artefact, ref, bits FROM artefacts ORDER BY bits, artefact LIMIT 1
),
touching AS (
  -- A flow that reaches into the period counts whole: when its bytes went is not on record.
  SELECT sensor, destination, ts, duration, bytes_out, ref
  FROM flows
  WHERE ts < $period_to AND ts + duration >= $period_from
)

-- name: population
-- Every artefact could leave past every tap, so each pair has to be looked at.
SELECT count(*) AS expected, count(f.sensor) AS examined
FROM artefacts AS a
CROSS JOIN (SELECT DISTINCT sensor FROM net_config) AS n
LEFT JOIN (SELECT DISTINCT sensor FROM touching) AS f ON f.sensor = n.sensor

-- name: exceptions
, large AS (
  SELECT
    t.destination, s.artefact, s.ref AS artefact_ref, s.bits, sum(t.bytes_out) AS bytes, count(*) AS flows,
    min(t.ts) AS began, max(t.ts + t.duration) AS ended
  FROM touching AS t
  CROSS JOIN smallest AS s
  GROUP BY t.destination, s.artefact, s.ref, s.bits
  HAVING sum(t.bytes_out) * 8000000 > s.bits * $cumulative_fraction
)
SELECT
  'violation' AS certainty,
  l.destination AS subject,
  l.began AS began,
  l.ended AS ended,
  l.destination || ' received ' || l.bytes || ' bytes in ' || l.flows || ' flows, '
    || (l.bytes * 800 // l.bits) || '.' || (l.bytes * 8000 // l.bits % 10)
    || ' % of ' || l.artefact || ' as an attacker would carry it.' AS sentence,
  l.artefact_ref AS ref,
  array_agg(t.ref) AS ref_flows
FROM large AS l
JOIN touching AS t USING (destination)
GROUP BY l.destination, l.artefact, l.artefact_ref, l.bits, l.bytes, l.flows, l.began, l.ended

-- name: measures
, received AS (
  SELECT destination, sum(bytes_out) AS bytes FROM touching GROUP BY destination
)
SELECT
  'largest share of the smallest artefact received by one destination' AS name,
  max(r.bytes) * 8000000 // s.bits AS value,
  'millionths' AS unit
FROM received AS r
CROSS JOIN smallest AS s
WHERE s.bits > 0
GROUP BY s.bits
