-- name: common
WITH scans AS (
  -- The lines of one scan share its moment.
  SELECT
    asset, ts, min(ref) AS ref,
    max(CASE WHEN credentialed AND feed_updated <= ts AND feed_updated >= ts - $feed_age THEN 1 ELSE 0 END) AS fit
  FROM vuln_scans
  WHERE ts >= $period_from AND ts < $period_to
  GROUP BY asset, ts
),
scanned AS (
  SELECT asset, max(fit) AS fit, count(*) AS scans, min(ts) AS first_ts, max(ts) AS last_ts, array_agg(ref) AS refs
  FROM scans
  GROUP BY asset
),
due AS (
  SELECT asset, ref FROM dcim WHERE status = 'active' AND must_scan
)

-- name: population
SELECT count(*) AS expected, count(s.asset) AS examined
FROM due AS d
LEFT JOIN scanned AS s ON s.asset = d.asset AND s.fit = 1

-- name: exceptions
, waits AS (
  SELECT asset, ref, ts AS began, coalesce(lead(ts) OVER (PARTITION BY asset ORDER BY ts, ref NULLS FIRST), $period_to)
      AS ended
  FROM (
    SELECT asset, $period_from AS ts, NULL AS ref FROM scanned WHERE fit = 1
    UNION ALL
    SELECT asset, ts, ref FROM scans WHERE fit = 1
  ) AS points
)
SELECT
  CASE WHEN s.asset IS NULL THEN 'possible' ELSE 'violation' END AS certainty,
  d.asset AS subject,
  s.first_ts AS began,
  s.last_ts AS ended,
  d.asset || CASE WHEN s.asset IS NULL THEN ': no scan in the period is among the records'
    ELSE ': none of its ' || s.scans || ' scans in the period logged in and knew the vulnerabilities of its day' END || '.' AS sentence,
  d.ref AS ref,
  NULL AS ref_scan,
  s.refs AS ref_scans
FROM due AS d
LEFT JOIN scanned AS s ON s.asset = d.asset
WHERE coalesce(s.fit, 0) = 0
UNION ALL
SELECT
  'violation' AS certainty,
  w.asset AS subject,
  w.began AS began,
  w.ended AS ended,
  'For ' || spoken(w.ended - w.began) || ' no scan of ' || w.asset || ' logged in and knew the vulnerabilities of its day' || '.'
    AS sentence,
  d.ref AS ref,
  w.ref AS ref_scan,
  NULL AS ref_scans
FROM waits AS w
JOIN due AS d ON d.asset = w.asset
WHERE w.ended - w.began > $scan_interval
UNION ALL
-- Nobody can say whether an asset that the inventory does not list had to be scanned, and how.
SELECT
  'possible' AS certainty,
  s.asset AS subject,
  s.first_ts AS began,
  s.last_ts AS ended,
  'The scanner found ' || s.asset || ', which the inventory does not list.' AS sentence,
  NULL AS ref,
  NULL AS ref_scan,
  s.refs AS ref_scans
FROM scanned AS s
LEFT JOIN dcim AS d ON d.asset = s.asset
WHERE d.asset IS NULL
