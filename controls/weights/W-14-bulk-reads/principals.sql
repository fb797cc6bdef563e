-- name: population
WITH readers AS (
  SELECT DISTINCT principal, artefact
  FROM weight_reads
)
SELECT count(*) AS expected, count(r.ref) AS examined
FROM readers AS g
LEFT JOIN weights_registry AS r ON r.artefact = g.artefact AND r.bytes > 0

-- name: exceptions
-- Without a range a read may have been of everything, and was if that many bytes moved.
WITH reads AS (
  SELECT
    g.ts, g.ref, g.principal, artefact, r.bytes AS size, coalesce(g.first_byte, 0) AS first_byte,
    least(g.last_byte, r.bytes - 1) AS last_byte,
    (g.first_byte IS NOT NULL AND g.last_byte IS NOT NULL) OR g.bytes >= r.bytes AS known
  FROM weight_reads AS g
  JOIN weights_registry AS r USING (artefact)
  WHERE g.approvers < $min_approvers
),
-- What is certain is counted from known ranges alone, what is possible from all.
counted AS (
  SELECT ts, ref, principal, artefact, size, first_byte, last_byte, true AS certain FROM reads WHERE known
  UNION ALL
  SELECT ts, ref, principal, artefact, size, first_byte, last_byte, false FROM reads
),
successive AS (
  SELECT
    ts, ref, principal, artefact, size, certain, first_byte, last_byte,
    max(last_byte) OVER (
      PARTITION BY principal, artefact, certain ORDER BY first_byte, last_byte, ref
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS reached
  FROM counted
),
-- The reads that reach further than all before them, in the order of bytes, with what they add.
pieces AS (
  SELECT
    ts, ref, principal, artefact, size, certain, first_byte, last_byte,
    last_byte + 1 - greatest(first_byte, reached + 1) AS added
  FROM successive
  WHERE last_byte >= first_byte AND (reached IS NULL OR last_byte > reached)
),
over_limit AS (
  SELECT
    principal, artefact, size, certain, CAST(sum(added) AS HUGEINT) AS bytes, min(ts) AS began, max(ts) AS ended,
    array_agg(ref) AS ref_reads
  FROM pieces
  GROUP BY principal, artefact, size, certain
  HAVING CAST(sum(added) AS HUGEINT) * 1000000 > CAST(size AS HUGEINT) * $max_fraction
)
SELECT
  CASE WHEN o.certain THEN 'violation' ELSE 'possible' END AS certainty,
  o.principal AS subject,
  o.began,
  o.ended,
  o.principal || CASE WHEN o.certain THEN ' read ' ELSE ' may have read, where ranges are not recorded, ' END || o.bytes
  || ' of ' || o.size || ' distinct bytes of ' || o.artefact || ' (' || (o.bytes * 10000 // o.size // 100) || '.'
  || lpad('' || (o.bytes * 10000 // o.size % 100), 2, '0') || ' %) without an approved export.' AS sentence,
  o.ref_reads
FROM over_limit AS o
LEFT JOIN over_limit AS c ON c.principal = o.principal AND c.artefact = o.artefact AND c.certain
-- What is possible adds nothing to what is certain.
WHERE o.certain OR c.principal IS NULL
ORDER BY o.began, o.principal, o.artefact
