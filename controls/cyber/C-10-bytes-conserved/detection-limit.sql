-- name: common
WITH artefacts AS (
  SELECT artefact, ref, compressed_bytes
  FROM weights_registry
  WHERE born < $period_to AND coalesce(retired, $period_to) > $period_from
),
smallest AS (
  SELECT artefact, ref, compressed_bytes FROM artefacts ORDER BY compressed_bytes, artefact LIMIT 1
),
-- The scatter of a sum of days grows with the square root of their number.
totals AS (
  SELECT
    sum(octets) * $accounting_tolerance // 1000000
      + $k_sigma * CAST(floor(sqrt(sigma * sigma * count(*))) AS BIGINT) AS detectable
  FROM boundary_balance
  GROUP BY sensor, sigma
)

-- name: population
-- Every artefact could leave by every interface, so each pair has to be looked at.
SELECT count(*) AS expected, count(CASE WHEN c.covered THEN c.device END) AS examined
FROM boundary_coverage AS c
CROSS JOIN artefacts AS a

-- name: exceptions
, limit_of_all AS (
  SELECT sum(detectable) AS bytes FROM totals
),
boundary AS (
  SELECT array_agg(ref) AS refs FROM net_config
)
SELECT
  'possible' AS certainty,
  a.artefact AS subject,
  $period_from AS began,
  $period_to AS ended,
  'Up to ' || l.bytes || ' bytes could have left unrecorded without showing against ordinary differences, '
    || 'which is more than ' || a.compressed_bytes * CAST($max_detection_limit AS HUGEINT) // 1000000 || ' of the ' || a.compressed_bytes
    || ' bytes of ' || a.artefact || '.' AS sentence,
  a.ref AS ref,
  b.refs AS ref_config
FROM smallest AS a
CROSS JOIN limit_of_all AS l
CROSS JOIN boundary AS b
WHERE l.bytes * 1000000 > a.compressed_bytes * CAST($max_detection_limit AS HUGEINT)

-- name: measures
SELECT 'detection limit of unrecorded egress over the period' AS name, sum(detectable) AS value, 'bytes' AS unit
FROM totals
UNION ALL
SELECT
  'detection limit as a share of the smallest artefact' AS name,
  sum(t.detectable) * 1000000 // s.compressed_bytes AS value,
  'millionths' AS unit
FROM totals AS t
CROSS JOIN smallest AS s
WHERE s.compressed_bytes > 0
GROUP BY s.compressed_bytes
