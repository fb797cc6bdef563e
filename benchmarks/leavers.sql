-- What the test P-03 a asks, written by hand for one run: population, exceptions and measure, numbers in place.
-- The catalog's text for comparison is controls/physical/P-03-badge-removal/leavers.sql; the sentences are left out.

-- name: population
SELECT count(*), count(h.person)
FROM pacs_credentials AS c
LEFT JOIN hr_roster AS h USING (person)
WHERE c.kind <> 'visitor';

-- name: exceptions
WITH badges AS (
  SELECT
    credential, person, kind, valid_from, coalesce(disabled, {as_of}) AS live_until, ref,
    lead(valid_from) OVER (PARTITION BY credential ORDER BY valid_from, ref) AS issued_again
  FROM pacs_credentials
),
leavers AS (
  SELECT b.*, greatest(h.terminated, b.valid_from) AS left_at, h.terminated, h.ref AS roster_ref
  FROM badges AS b
  JOIN hr_roster AS h USING (person)
  WHERE b.kind <> 'visitor' AND h.terminated IS NOT NULL
)
SELECT 'violation', credential, left_at, live_until, ref, roster_ref, NULL
FROM leavers
WHERE live_until > terminated + {term_limit} AND live_until > left_at
  AND left_at < {period_to} AND live_until > {period_from}
UNION ALL
SELECT 'violation', l.credential, e.ts, e.ts, l.ref, l.roster_ref, e.ref
FROM pacs_events AS e
JOIN leavers AS l USING (credential)
WHERE e.event = 'granted' AND e.ts >= l.left_at AND (l.issued_again IS NULL OR e.ts < l.issued_again)
  AND e.ts >= {period_from} AND e.ts < {period_to}
UNION ALL
SELECT 'possible', b.credential, greatest(b.valid_from, {period_from}), least(b.live_until, {period_to}), b.ref, NULL, NULL
FROM badges AS b
ANTI JOIN hr_roster AS h USING (person)
WHERE b.kind <> 'visitor' AND b.valid_from < {period_to} AND b.live_until > {period_from}
ORDER BY 3, 2, 7, 5;

-- name: measures
SELECT count(DISTINCT e.ref)
FROM pacs_events AS e
JOIN pacs_credentials AS c ON c.credential = e.credential AND c.kind <> 'visitor'
JOIN hr_roster AS h ON h.person = c.person AND e.ts >= h.terminated
WHERE e.event = 'denied' AND e.ts >= {period_from} AND e.ts < {period_to};
