-- Clock readings of the hosts that must log, by UTC day.

-- name: population
SELECT count(*) AS expected, count(n.host) AS examined
FROM dcim AS d
LEFT JOIN (SELECT host FROM ntp WHERE ts >= $period_from AND ts < $period_to GROUP BY host) AS n ON n.host = d.asset
WHERE d.must_log AND d.status = 'active'

-- name: exceptions
WITH readings AS (
  SELECT
    n.host, n.ts - n.ts % 86400000000 AS day, abs(n.offset_us) AS off,
    CASE WHEN abs(n.offset_us) > $log_tolerance THEN n.ref END AS far_ref
  FROM ntp AS n
  JOIN dcim AS d ON d.asset = n.host AND d.must_log AND d.status = 'active'
  WHERE n.ts >= $period_from AND n.ts < $period_to
),
days AS (
  SELECT
    host, day, count(*) AS readings, count(far_ref) AS too_far, max(off) AS largest,
    min(far_ref) AS first_ref, max(far_ref) AS last_ref
  FROM readings
  GROUP BY host, day
),
-- Days in a row that are all bad share the number of good ones before them.
runs AS (
  SELECT
    *, too_far > readings - too_far AS bad,
    count(CASE WHEN too_far <= readings - too_far THEN day END)
      OVER (PARTITION BY host ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run
  FROM days
)
SELECT
  'violation' AS certainty, host AS subject,
  greatest(min(day), $period_from) AS began, least(max(day) + 86400000000, $period_to) AS ended,
  'The clock of ' || host || ' is off by up to ' || spoken(max(largest)) || '; readings beyond the tolerance: '
    || CAST(sum(too_far) AS VARCHAR) || ' of ' || CAST(sum(readings) AS VARCHAR) || '.' AS sentence,
  min(first_ref) AS ref_first, max(last_ref) AS ref_last
FROM runs
WHERE bad
GROUP BY host, run
ORDER BY began, subject

-- name: measures
SELECT 'largest difference of a logging host''s clock' AS name, max(abs(n.offset_us)) AS value, 'microseconds' AS unit
FROM ntp AS n
JOIN dcim AS d ON d.asset = n.host AND d.must_log AND d.status = 'active'
WHERE n.ts >= $period_from AND n.ts < $period_to
