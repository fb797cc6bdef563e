-- name: common
-- The scatter of a sum of days grows with the square root of their number.
WITH totals AS (
  SELECT
    sensor, name, config_refs, sum(octets) AS octets, sum(residual) AS residual,
    sum(octets) * $accounting_tolerance // 1000000
      + $k_sigma * CAST(floor(sqrt(sigma * sigma * count(*))) AS BIGINT) AS detectable
  FROM boundary_balance
  GROUP BY sensor, name, config_refs, sigma
)

-- name: population
-- An interface, a counter or a tap that the others do not know is expected and not examined.
SELECT count(*) AS expected, count(CASE WHEN covered THEN device END) AS examined
FROM boundary_coverage

-- name: exceptions
, uneven_days AS (
  SELECT sensor, name, config_refs, began, ended, octets, residual, refs
  FROM boundary_balance
  WHERE abs(residual) * 1000000 > octets * $accounting_tolerance + $k_sigma * sigma * 1000000
)
SELECT
  'violation' AS certainty,
  name AS subject,
  began AS began,
  ended AS ended,
  'The counters of ' || name || ' show ' || octets || ' octets sent, ' || abs(residual)
    || CASE WHEN residual > 0 THEN ' more' ELSE ' fewer' END || ' than the recorded flows explain.' AS sentence,
  NULL AS ref,
  NULL AS ref_before,
  config_refs AS ref_config,
  refs AS ref_readings
FROM uneven_days
UNION ALL
-- Small amounts every day add up.
SELECT
  'violation' AS certainty,
  t.name AS subject,
  $period_from AS began,
  $period_to AS ended,
  'No day stands out, but over the period ' || abs(t.residual) || ' octets of ' || t.octets
    || CASE WHEN t.residual > 0 THEN ' are on no flow record' ELSE ' are recorded beyond what the counters show' END || '.'
    AS sentence,
  NULL AS ref,
  NULL AS ref_before,
  t.config_refs AS ref_config,
  NULL AS ref_readings
FROM totals AS t
LEFT JOIN uneven_days AS u USING (sensor)
WHERE abs(t.residual) > t.detectable AND u.sensor IS NULL
UNION ALL
SELECT
  'violation' AS certainty,
  device || '/' || interface AS subject,
  previous_ts AS began,
  ts AS ended,
  'The counter of ' || device || '/' || interface || ' fell by ' || (previous_octets - out_octets)
    || ' octets although the device did not restart.' AS sentence,
  ref AS ref,
  previous_ref AS ref_before,
  NULL AS ref_config,
  NULL AS ref_readings
FROM counter_steps
WHERE out_octets < previous_octets AND uptime >= previous_uptime AND previous_ts < $period_to AND ts > $period_from

-- name: measures
SELECT 'octets counted at the boundary' AS name, sum(octets) AS value, 'octets' AS unit FROM totals
UNION ALL
SELECT 'octets that no flow record explains' AS name, sum(residual) AS value, 'octets' AS unit FROM totals
