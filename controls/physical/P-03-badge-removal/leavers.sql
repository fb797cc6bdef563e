-- Live span of a leaver's badge against the end of the engagement, and every door it opened afterwards.

-- name: population
SELECT count(*) AS expected, count(h.person) AS examined
FROM pacs_credentials AS c
LEFT JOIN hr_roster AS h ON h.person = c.person
WHERE c.kind <> 'visitor'

-- name: exceptions
WITH badges AS (
  SELECT
    c.credential, c.person, c.kind, c.valid_from, coalesce(c.disabled, $as_of) AS live_until, c.ref,
    -- A number issued again belongs to its new holder from then on.
    lead(c.valid_from) OVER (PARTITION BY c.credential ORDER BY c.valid_from, c.ref) AS issued_again
  FROM pacs_credentials AS c
),
staff_badges AS (
  SELECT * FROM badges WHERE kind <> 'visitor'
),
leavers AS (
  SELECT b.*, greatest(h.terminated, b.valid_from) AS left_at, h.terminated, h.ref AS roster_ref
  FROM staff_badges AS b
  JOIN hr_roster AS h ON h.person = b.person AND h.terminated IS NOT NULL
)
SELECT
  'violation' AS certainty, credential AS subject, left_at AS began, live_until AS ended,
  'Badge ' || credential || ' of ' || person || ' was live ' || spoken(live_until - terminated)
    || ' after the engagement ended.' AS sentence,
  ref AS ref_badge, roster_ref AS ref_roster, CAST(NULL AS BIGINT) AS ref_event
FROM leavers
WHERE live_until > terminated + $term_limit AND live_until > left_at
  AND left_at < $period_to AND live_until > $period_from
UNION ALL
SELECT
  'violation', l.credential, e.ts, e.ts,
  'Badge ' || l.credential || ' of ' || l.person || ' opened ' || e.portal || ' after the engagement ended.',
  l.ref, l.roster_ref, e.ref
FROM leavers AS l
JOIN pacs_events AS e
  ON e.credential = l.credential AND e.event = 'granted'
  AND e.ts >= l.left_at AND (l.issued_again IS NULL OR e.ts < l.issued_again)
  AND e.ts >= $period_from AND e.ts < $period_to
UNION ALL
SELECT
  'possible', b.credential, greatest(b.valid_from, $period_from), least(b.live_until, $period_to),
  'Badge ' || b.credential || ' is held by ' || b.person || ', who is not on the personnel roster.',
  b.ref, CAST(NULL AS BIGINT), CAST(NULL AS BIGINT)
FROM staff_badges AS b
LEFT JOIN hr_roster AS h ON h.person = b.person
WHERE h.person IS NULL AND b.valid_from < $period_to AND b.live_until > $period_from
ORDER BY began, subject, ref_event, ref_badge

-- name: measures
SELECT 'uses of a leaver''s badge that were refused' AS name, count(DISTINCT e.ref) AS value, 'events' AS unit
FROM pacs_events AS e
JOIN pacs_credentials AS c ON c.credential = e.credential AND c.kind <> 'visitor'
JOIN hr_roster AS h ON h.person = c.person AND e.ts >= h.terminated
WHERE e.event = 'denied' AND e.ts >= $period_from AND e.ts < $period_to
