-- name: population
SELECT count(*) AS expected, count(ref_scoped) AS examined FROM key_store_members

-- name: exceptions
-- The readings of the period, with the last before it and the first after it.
WITH edges AS (
  SELECT
    device,
    max(CASE WHEN ts < $period_from THEN ts END) AS before,
    min(CASE WHEN ts >= $period_to THEN ts END) AS after
  FROM kms_logging
  GROUP BY device
),
deficient AS (
  SELECT
    l.device, l.scope, l.forced, l.unlogged_boots, l.unlogged_logins, min(l.ts) AS began, max(l.ts) AS ended,
    count(CASE WHEN l.ts >= $period_from AND l.ts < $period_to THEN l.ref END) AS inside,
    count(*) AS readings, array_agg(l.ref) AS ref_readings
  FROM kms_logging AS l
  JOIN edges AS e
    ON e.device = l.device AND l.ts >= coalesce(e.before, $period_from) AND l.ts <= coalesce(e.after, $period_to)
  WHERE l.scope <> 'all' OR NOT l.forced OR l.unlogged_boots <> 0 OR l.unlogged_logins <> 0
  GROUP BY l.device, l.scope, l.forced, l.unlogged_boots, l.unlogged_logins
)
SELECT
  -- A reading outside the period does not say how the configuration was inside it.
  CASE WHEN inside > 0 AND scope IN ('all', 'selected') THEN 'violation' ELSE 'possible' END AS certainty,
  device AS subject,
  began,
  ended,
  'At ' || readings || CASE WHEN readings = 1 THEN ' reading' ELSE ' readings' END
  || ' of its configuration ' || device || ' was set to log '
  || CASE scope WHEN 'all' THEN 'every operation' WHEN 'selected' THEN 'some operations'
    WHEN 'management' THEN 'management commands only' ELSE 'nothing' END
  || CASE WHEN forced THEN '' ELSE ' and to go on when its log is full' END
  || CASE WHEN unlogged_boots <> 0 OR unlogged_logins <> 0
    THEN ', and reported ' || unlogged_boots || ' starts and ' || unlogged_logins || ' logins that it did not log'
    ELSE '' END || '.' AS sentence,
  ref_readings
FROM deficient
ORDER BY began, device, scope, forced, unlogged_boots, unlogged_logins
