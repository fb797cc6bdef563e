-- name: population
SELECT count(*) AS expected, count(s.asset) AS examined
FROM dcim AS d
LEFT JOIN (
  SELECT DISTINCT asset
  FROM vuln_scans
  WHERE ts >= $period_from AND ts < $period_to AND credentialed AND feed_updated <= ts AND feed_updated >= ts - $feed_age
) AS s ON s.asset = d.asset
WHERE d.status = 'active' AND d.must_scan

-- name: exceptions
-- Every sighting counts, of assets that need not be scanned or are not in the inventory too.
WITH aged AS (
  SELECT
    asset, cve, ts, severity, ref,
    min(first_seen) OVER (PARTITION BY asset, cve) AS first_seen,
    min(ts) OVER (PARTITION BY asset, cve) AS first_ts
  FROM vuln_scans
  WHERE cve IS NOT NULL
),
sightings AS (
  SELECT
    a.asset, a.cve, a.ts, a.ref, a.first_seen, k.ref AS kev_ref,
    -- least() passes over what is empty. A scanner that forgets a vulnerability and finds it again does not make it
    -- younger, and an informational line is due only if its vulnerability is known to be exploited.
    least(
      least(a.first_seen, a.first_ts)
        + CASE WHEN a.severity IN ('critical', 'high') THEN $high_limit
               WHEN a.severity = 'moderate' THEN $moderate_limit
               WHEN a.severity = 'low' THEN $low_limit END,
      k.due) AS due
  FROM aged AS a
  LEFT JOIN kev AS k ON k.cve = a.cve
),
overdue AS (
  SELECT asset, cve, min(due) AS due, max(ts) AS last_ts, kev_ref, array_agg(ref) AS refs
  FROM sightings
  WHERE ts > due AND due < $period_to AND ts >= $period_from
  GROUP BY asset, cve, kev_ref
),
last_sightings AS (
  SELECT
    asset, cve, ts, due, first_seen, kev_ref, ref,
    row_number() OVER (PARTITION BY asset, cve ORDER BY ts DESC, due, ref) AS place
  FROM sightings
),
last_scans AS (
  SELECT asset, max(ts) AS ts FROM vuln_scans WHERE credentialed GROUP BY asset
)
SELECT
  'violation' AS certainty,
  asset || ' ' || cve AS subject,
  due AS began,
  last_ts AS ended,
  cve || ' was still found on ' || asset || ' ' || spoken(last_ts - due) || ' after it was due'
    || CASE WHEN kev_ref IS NULL THEN '' ELSE '; it is known to be exploited' END || '.' AS sentence,
  kev_ref AS ref,
  NULL AS ref_scan,
  refs AS ref_scans
FROM overdue
UNION ALL
SELECT
  'possible' AS certainty,
  l.asset || ' ' || l.cve AS subject,
  l.due AS began,
  NULL AS ended,
  CASE WHEN l.first_seen IS NULL THEN l.cve || ' is on ' || l.asset || ', and nothing says since when'
       ELSE l.cve || ' was due on ' || l.asset || ', and no later scan that logged in shows it closed' END || '.' AS sentence,
  l.kev_ref AS ref,
  l.ref AS ref_scan,
  NULL AS ref_scans
FROM last_sightings AS l
LEFT JOIN overdue AS o ON o.asset = l.asset AND o.cve = l.cve
LEFT JOIN last_scans AS s ON s.asset = l.asset AND s.ts > l.ts
WHERE l.place = 1 AND o.asset IS NULL
  -- Disappearing because the asset is no longer scanned is not being closed.
  AND (l.due < $period_to AND s.asset IS NULL OR l.first_seen IS NULL AND l.ts >= $period_from)

-- name: measures
WITH found AS (
  SELECT asset, cve, max(ts) - least(min(first_seen), min(ts)) AS age
  FROM vuln_scans
  WHERE cve IS NOT NULL
  GROUP BY asset, cve
  HAVING max(ts) >= $period_from AND min(ts) < $period_to
)
SELECT 'vulnerabilities found in the period' AS name, count(*) AS value, 'vulnerabilities on assets' AS unit
FROM found
UNION ALL
SELECT 'age of the oldest vulnerability found' AS name, max(age) // 86400000000 AS value, 'd' AS unit
FROM found
