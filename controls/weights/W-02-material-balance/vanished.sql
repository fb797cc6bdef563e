-- name: common
-- The opening and the closing listing of each system, which bracket the period.
WITH listed AS (
  SELECT
    system,
    max(CASE WHEN ts >= $period_from - $listing_slack AND ts <= $period_from THEN ts END) AS opened,
    min(CASE WHEN ts >= $period_to AND ts <= $period_to + $listing_slack THEN ts END) AS closed
  FROM storage_inventory
  GROUP BY system
)

-- name: population
-- A copy of anything may lie on a system that nobody listed, so one of them leaves every artefact unexamined.
, unlisted AS (
  SELECT count(*) AS systems
  FROM weights_systems AS s
  LEFT JOIN listed AS l ON l.system = s.system AND l.opened IS NOT NULL AND l.closed IS NOT NULL
  WHERE l.system IS NULL
)
SELECT count(*) AS expected, count(CASE WHEN u.systems = 0 THEN a.ref END) AS examined
FROM weights_artefacts AS a
CROSS JOIN unlisted AS u

-- name: exceptions
-- Copies of the opening listing that the closing listing lacks, with the last word of the records on each.
, gone AS (
  SELECT
    o.system, o.object, o.artefact, l.opened, l.closed, o.ref,
    max(CASE WHEN m.made THEN m.ts END) AS last_made,
    max(CASE WHEN NOT m.made THEN m.ts END) AS last_destroyed,
    array_agg(m.ref) AS ref_movements
  FROM storage_inventory AS o
  JOIN listed AS l ON l.system = o.system AND l.opened = o.ts AND l.closed IS NOT NULL
  LEFT JOIN storage_inventory AS c
    ON c.system = o.system AND c.object = o.object AND c.artefact = o.artefact AND c.ts = l.closed
  LEFT JOIN copies_ledger AS m
    ON m.artefact = o.artefact AND m.object = o.object AND coalesce(m.system, o.system) = o.system
    AND m.ts > l.opened AND m.ts <= l.closed
  WHERE c.ref IS NULL
  GROUP BY o.system, o.object, o.artefact, l.opened, l.closed, o.ref
),
bracketing AS (
  SELECT i.artefact, i.object, i.ref
  FROM storage_inventory AS i
  JOIN listed AS l ON l.system = i.system AND (i.ts = l.opened OR i.ts = l.closed)
),
-- Copies recorded as made in the period that neither listing of any system shows.
unseen AS (
  SELECT m.artefact, m.object, min(m.ts) AS first_made, max(m.ts) AS last_made, array_agg(m.ref) AS ref_made
  FROM copies_ledger AS m
  LEFT JOIN bracketing AS b ON b.artefact = m.artefact AND b.object = m.object
  WHERE m.made AND b.ref IS NULL AND m.ts >= $period_from AND m.ts < $period_to
  GROUP BY m.artefact, m.object
),
-- While a system is not listed at the closing, a copy that is missing may lie there.
unlisted AS (
  SELECT count(*) AS systems
  FROM dcim AS a
  LEFT JOIN listed AS l ON l.system = a.asset
  WHERE a.kind = 'storage' AND a.holds_weights AND a.status = 'active' AND l.closed IS NULL
)
SELECT
  'violation' AS certainty,
  object AS subject,
  opened AS began,
  closed AS ended,
  'A copy of ' || artefact || ' lay on ' || system || ' at the opening of the period and is not there at its closing, '
  || CASE WHEN last_destroyed IS NULL THEN 'and nothing records its destruction.'
    ELSE 'and nothing records its destruction since it was made anew.' END AS sentence,
  ref AS ref_opening,
  ref_movements
FROM gone
WHERE last_destroyed IS NULL OR last_made >= last_destroyed
UNION ALL
SELECT
  CASE WHEN u.object IS NULL OR n.systems > 0 THEN 'possible' ELSE 'violation' END,
  coalesce(u.object, u.artefact),
  u.first_made,
  NULL,
  'A copy of ' || u.artefact || ' was recorded as made, '
  || CASE WHEN u.object IS NULL THEN 'and the record does not say where to.'
    ELSE 'is in no closing listing, and nothing records its destruction.' END,
  NULL,
  u.ref_made
FROM unseen AS u
CROSS JOIN unlisted AS n
LEFT JOIN copies_ledger AS d ON d.artefact = u.artefact AND d.object = u.object AND d.ts >= u.last_made AND NOT d.made
WHERE d.ref IS NULL
ORDER BY began, subject, ref_opening
