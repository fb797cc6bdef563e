-- name: common
WITH artefacts AS (
  -- What an attacker has to carry away: the artefact compressed, or its parameters at the coarsest useful precision.
  SELECT
    artefact, ref,
    least(compressed_bytes * CAST(8 AS HUGEINT), parameters * CAST($attacker_bits AS HUGEINT)) AS bits
  FROM weights_registry
  WHERE born < $period_to AND coalesce(retired, $period_to) > $period_from
),
steps AS (
  SELECT
    device, interface, ts, ref, ts - previous_ts AS took, octets,
    row_number() OVER (PARTITION BY device, interface ORDER BY ts - previous_ts, ts) AS place,
    count(*) OVER (PARTITION BY device, interface) AS steps
  FROM counter_steps
  WHERE previous_ts < $period_to AND ts > $period_from
),
usual AS (
  SELECT device, interface, took FROM steps WHERE place = (steps + 1) // 2
),
rates AS (
  -- A reading left out could hide a peak, so a longer step counts as if all of it had been sent within the usual one.
  SELECT device, interface, s.ts, s.ref, s.octets * CAST(8000000 AS HUGEINT) // least(s.took, u.took) AS bps
  FROM steps AS s
  JOIN usual AS u USING (device, interface)
),
peaks AS (
  SELECT device, interface, ref, bps, row_number() OVER (PARTITION BY device, interface ORDER BY bps DESC, ts) AS place
  FROM rates
),
interfaces AS (
  -- A cap that leaks counts as what really came through.
  SELECT
    coalesce(n.device, p.device) AS device, coalesce(n.interface, p.interface) AS interface,
    n.ref AS config_ref, n.cap_bps, n.enforced, p.ref AS reading_ref, p.bps AS peak,
    greatest(n.cap_bps, p.bps) AS bps
  FROM net_config AS n
  FULL JOIN (SELECT device, interface, ref, bps FROM peaks WHERE place = 1) AS p
    ON p.device = n.device AND p.interface = n.interface
),
capacity AS (
  SELECT
    sum(bps) AS bps, sum(peak) AS peak, array_agg(config_ref) AS config_refs,
    array_agg(CASE WHEN peak = bps THEN reading_ref END) AS reading_refs
  FROM interfaces
)

-- name: population
-- Every artefact could leave by every interface, so each pair has to be looked at.
SELECT
  count(*) AS expected,
  count(CASE WHEN c.first_ts <= $period_from AND c.last_ts >= $period_to THEN a.artefact END) AS examined
FROM artefacts AS a
CROSS JOIN (
  SELECT device, interface FROM net_config
  UNION
  SELECT device, interface FROM if_counters
) AS i
LEFT JOIN (
  SELECT device, interface, min(ts) AS first_ts, max(ts) AS last_ts
  FROM if_counters
  GROUP BY device, interface
) AS c ON c.device = i.device AND c.interface = i.interface

-- name: exceptions
SELECT
  'violation' AS certainty,
  a.artefact AS subject,
  NULL AS began,
  NULL AS ended,
  a.artefact || ' (' || a.bits // 8 || ' bytes as an attacker would carry it) could leave within '
    || spoken(a.bits * 1000000 // c.bps) || ' at ' || c.bps || ' bit/s, sooner than the '
    || spoken($detection_time * $safety_factor) || ' required.' AS sentence,
  a.ref AS ref,
  c.config_refs AS ref_config,
  c.reading_refs AS ref_readings
FROM artefacts AS a
CROSS JOIN capacity AS c
WHERE a.bits * 1000000 < c.bps * $detection_time * $safety_factor
UNION ALL
SELECT
  'violation' AS certainty,
  device || '/' || interface AS subject,
  NULL AS began,
  NULL AS ended,
  'Nothing caps what ' || device || '/' || interface || ' can send'
    || CASE WHEN cap_bps IS NULL THEN '' ELSE ': the cap set for it is enforced nowhere' END || '.' AS sentence,
  config_ref AS ref,
  NULL AS ref_config,
  NULL AS ref_readings
FROM interfaces
WHERE config_ref IS NOT NULL AND (cap_bps IS NULL OR enforced = 'none')
UNION ALL
SELECT
  'possible' AS certainty,
  device || '/' || interface AS subject,
  NULL AS began,
  NULL AS ended,
  device || '/' || interface || ' has counters but is not among the boundary interfaces, so its cap is not known' || '.'
    AS sentence,
  reading_ref AS ref,
  NULL AS ref_config,
  NULL AS ref_readings
FROM interfaces
WHERE config_ref IS NULL

-- name: measures
, smallest AS (
  SELECT min(bits) AS bits FROM artefacts
)
SELECT 'shortest time to exfiltrate an artefact' AS name, s.bits // c.bps AS value, 's' AS unit
FROM smallest AS s CROSS JOIN capacity AS c
WHERE c.bps > 0
UNION ALL
SELECT 'outbound rate an attacker could use' AS name, bps AS value, 'bit/s' AS unit FROM capacity
UNION ALL
SELECT 'sum of the highest observed outbound rates' AS name, peak AS value, 'bit/s' AS unit FROM capacity
