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
, closing AS (
  SELECT
    c.system, c.object, c.artefact, l.opened, l.closed, c.ref, o.ref AS ref_opening,
    max(CASE WHEN m.made THEN m.ts END) AS last_made,
    max(CASE WHEN NOT m.made THEN m.ts END) AS last_destroyed,
    array_agg(m.ref) AS ref_movements
  FROM storage_inventory AS c
  JOIN listed AS l ON l.system = c.system AND l.closed = c.ts AND l.opened IS NOT NULL
  LEFT JOIN storage_inventory AS o
    ON o.system = c.system AND o.object = c.object AND o.artefact = c.artefact AND o.ts = l.opened
  LEFT JOIN copies_ledger AS m
    ON m.artefact = c.artefact AND m.object = c.object AND coalesce(m.system, c.system) = c.system
    AND m.ts > l.opened AND m.ts <= l.closed
  GROUP BY c.system, c.object, c.artefact, l.opened, l.closed, c.ref, o.ref
)
SELECT
  'violation' AS certainty,
  c.object AS subject,
  c.opened AS began,
  c.closed AS ended,
  'A copy of ' || c.artefact || ' lies on ' || c.system || ' at the closing of the period'
  || CASE
    WHEN coalesce(c.last_made, c.opened) < c.last_destroyed
      THEN ', although its destruction was recorded.'
    WHEN c.ref_opening IS NULL AND c.last_made IS NULL
      THEN ', was not there at the opening, and no successful copy, upload or restore made it.'
    ELSE ', although the register says that the artefact was destroyed everywhere.'
  END AS sentence,
  c.ref AS ref_closing,
  r.ref AS ref_register,
  c.ref_movements
FROM closing AS c
LEFT JOIN weights_registry AS r ON r.artefact = c.artefact AND r.retired <= c.closed
WHERE (c.ref_opening IS NULL AND c.last_made IS NULL)
  OR coalesce(c.last_made, c.opened) < c.last_destroyed
  OR r.ref IS NOT NULL
ORDER BY began, c.system, c.object, c.ref

-- name: measures
, bracketing AS (
  SELECT i.artefact, i.object, i.ts = l.opened AS opening
  FROM storage_inventory AS i
  JOIN listed AS l ON l.system = i.system AND (i.ts = l.opened OR i.ts = l.closed)
  WHERE l.opened IS NOT NULL AND l.closed IS NOT NULL
),
span AS (
  SELECT max(opened) AS opened, min(closed) AS closed FROM listed
),
-- Writing what is there already makes nothing, and deleting what is gone destroys nothing.
changes AS (
  SELECT
    m.artefact, m.object, m.made,
    coalesce(lag(m.made) OVER (PARTITION BY m.artefact, m.object ORDER BY m.ts, m.ref), b.object IS NOT NULL) AS present
  FROM copies_ledger AS m
  JOIN span AS p ON m.ts > p.opened AND m.ts <= p.closed
  LEFT JOIN (SELECT DISTINCT artefact, object FROM bracketing WHERE opening) AS b
    ON b.artefact = m.artefact AND b.object = m.object
),
entries AS (
  SELECT artefact, 1 AS opening, 0 AS created, 0 AS destroyed, 0 AS closing FROM bracketing WHERE opening
  UNION ALL
  SELECT artefact, 0, 0, 0, 1 FROM bracketing WHERE NOT opening
  UNION ALL
  SELECT artefact, 0, 1, 0, 0 FROM changes WHERE made AND NOT present
  UNION ALL
  SELECT artefact, 0, 0, 1, 0 FROM changes WHERE NOT made AND present
),
balance AS (
  SELECT
    artefact, sum(opening) AS opening, sum(created) AS created, sum(destroyed) AS destroyed, sum(closing) AS closing
  FROM entries
  GROUP BY artefact
),
lines AS (
  SELECT artefact, 1 AS line, 'opening: ' || artefact AS name, opening AS value FROM balance
  UNION ALL
  SELECT artefact, 2, 'recorded as made: ' || artefact, created FROM balance
  UNION ALL
  SELECT artefact, 3, 'recorded as destroyed: ' || artefact, destroyed FROM balance
  UNION ALL
  SELECT artefact, 4, 'closing: ' || artefact, closing FROM balance
  UNION ALL
  SELECT artefact, 5, 'unaccounted for: ' || artefact, opening + created - destroyed - closing FROM balance
)
SELECT name, CAST(value AS BIGINT) AS value, 'copies' AS unit FROM lines ORDER BY artefact, line
