-- name: common
WITH logged AS (
  SELECT
    principal AS client, operation, ts // 86400000000 * 86400000000 AS day, count(*) AS uses,
    min(ref) AS ref_first, max(ref) AS ref_last
  FROM kms_audit
  WHERE operation IN ('unwrap', 'decrypt', 'encrypt', 'wrap') AND result = 'success'
  GROUP BY principal, operation, ts // 86400000000
)

-- name: population
, days AS (
  SELECT client, operation, day FROM logged
  UNION
  SELECT client, operation, ts FROM key_use_counts
)
SELECT count(*) AS expected, count(c.ref) AS examined
FROM days AS d
LEFT JOIN key_use_counts AS c ON c.client = d.client AND c.operation = d.operation AND c.ts = d.day
WHERE d.day < $period_to AND d.day + 86400000000 > $period_from

-- name: exceptions
, reconciled AS (
  SELECT
    coalesce(c.client, l.client) AS client, coalesce(c.operation, l.operation) AS operation, coalesce(c.ts, l.day) AS day,
    c.uses AS counted, coalesce(l.uses, 0) AS logged, c.ref AS ref_count, l.ref_first, l.ref_last
  FROM key_use_counts AS c
  FULL JOIN logged AS l ON l.client = c.client AND l.operation = c.operation AND l.day = c.ts
  WHERE coalesce(c.ts, l.day) < $period_to AND coalesce(c.ts, l.day) + 86400000000 > $period_from
)
SELECT
  CASE WHEN counted IS NULL THEN 'possible' ELSE 'violation' END AS certainty,
  client AS subject,
  day AS began,
  day + 86400000000 AS ended,
  'For ' || client || ' the log of the key store has ' || logged || ' successful ' || operation
  || ' operations of that day, and the client '
  || CASE WHEN counted IS NULL THEN 'delivered no count' ELSE 'counted ' || counted END || '.' AS sentence,
  ref_count,
  ref_first,
  ref_last
FROM reconciled
WHERE counted IS NULL OR abs(counted - logged) > $count_tolerance
ORDER BY began, client, operation
