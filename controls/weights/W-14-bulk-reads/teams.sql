-- name: common
-- Without a range a read may have been of everything.
WITH reads AS (
  SELECT
    g.ts, g.ref, g.principal, artefact, r.bytes AS size, coalesce(g.first_byte, 0) AS first_byte,
    least(g.last_byte, r.bytes - 1) AS last_byte,
    g.first_byte IS NOT NULL AND g.last_byte IS NOT NULL AS known
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
)

-- name: population
-- Whoever may be over the limit alone is judged alone; what their team did beside them is not examined.
, over_limit AS (
  SELECT principal, artefact
  FROM pieces
  WHERE NOT certain
  GROUP BY principal, artefact, size
  HAVING CAST(sum(added) AS HUGEINT) * 1000000 > CAST(size AS HUGEINT) * $max_fraction
),
readers AS (
  SELECT DISTINCT principal, artefact FROM weight_reads
)
SELECT count(*) AS expected, count(CASE WHEN o.principal IS NULL THEN r.ref END) AS examined
FROM readers AS g
LEFT JOIN weights_registry AS r ON r.artefact = g.artefact AND r.bytes > 0
LEFT JOIN over_limit AS o ON o.principal = g.principal AND o.artefact = g.artefact

-- name: exceptions
, within_limit AS (
  SELECT principal, artefact
  FROM pieces
  WHERE NOT certain
  GROUP BY principal, artefact, size
  HAVING CAST(sum(added) AS HUGEINT) * 1000000 <= CAST(size AS HUGEINT) * $max_fraction
),
shared AS (
  SELECT s.ts, s.ref, principal, artefact, s.size, s.first_byte, s.last_byte, s.certain, p.team
  FROM pieces AS s
  JOIN within_limit AS w USING (principal, artefact)
  LEFT JOIN hr_roster AS p ON p.person = principal
),
teams AS (
  SELECT artefact, coalesce(team, '-') AS team FROM shared GROUP BY artefact, team
),
-- A principal outside the roster may belong to any team; together they may be a team of their own ('-').
members AS (
  SELECT team, principal, artefact, ts, ref, size, first_byte, last_byte, certain FROM shared WHERE team IS NOT NULL
  UNION ALL
  SELECT t.team, s.principal, artefact, s.ts, s.ref, s.size, s.first_byte, s.last_byte, false
  FROM shared AS s
  JOIN teams AS t USING (artefact)
  WHERE s.team IS NULL AND NOT s.certain
),
members_successive AS (
  SELECT
    team, principal, artefact, ts, ref, size, certain, first_byte, last_byte,
    max(last_byte) OVER (
      PARTITION BY team, artefact, certain ORDER BY first_byte, last_byte, ref
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ) AS reached
  FROM members
),
together AS (
  SELECT
    team, principal, artefact, ts, ref, size, certain, last_byte + 1 - greatest(first_byte, reached + 1) AS added
  FROM members_successive
  WHERE reached IS NULL OR last_byte > reached
),
over_limit AS (
  SELECT
    team, artefact, size, certain, CAST(sum(added) AS HUGEINT) AS bytes, min(ts) AS began, max(ts) AS ended,
    count(DISTINCT principal) AS people, array_agg(ref) AS ref_reads
  FROM together
  GROUP BY team, artefact, size, certain
  HAVING CAST(sum(added) AS HUGEINT) * 1000000 > CAST(size AS HUGEINT) * $max_fraction
)
SELECT
  CASE WHEN o.certain THEN 'violation' ELSE 'possible' END AS certainty,
  o.team AS subject,
  o.began,
  o.ended,
  o.people || CASE WHEN o.certain THEN ' members of team ' || o.team || ' read together '
    ELSE ' principals, as far as they are of team ' || o.team
      || ' and where ranges are not recorded, may have read together '
    END || o.bytes
  || ' of ' || o.size || ' distinct bytes of ' || o.artefact || ' (' || (o.bytes * 10000 // o.size // 100) || '.'
  || lpad('' || (o.bytes * 10000 // o.size % 100), 2, '0') || ' %) without an approved export, none of them over the limit alone.'
    AS sentence,
  o.ref_reads
FROM over_limit AS o
LEFT JOIN over_limit AS c ON c.team = o.team AND c.artefact = o.artefact AND c.certain
-- What is possible adds nothing to what is certain.
WHERE o.certain OR c.team IS NULL
ORDER BY o.began, o.team, o.artefact
