-- The visitor register by itself, and its sign-outs against the visitors' badge reads.

-- name: population
SELECT count(*) AS expected, count(s.visit) AS examined
FROM visits AS v
LEFT JOIN (SELECT DISTINCT visit FROM visit_reads) AS s ON s.visit = v.visit
WHERE v.arrived >= $period_from AND v.arrived < $period_to

-- name: exceptions
WITH signed AS (
  SELECT
    visit, visitor, identity_checked, badge, badge_returned, arrived, planned_until, ref,
    -- Only a sign-out that somebody made tells when the visitor left.
    CASE WHEN departure IN ('self', 'staff') THEN departed END AS signed_out
  FROM visits
),
successive_reads AS (
  SELECT visit, ts, zone, ref, lead(ref) OVER (PARTITION BY visit ORDER BY ts, ref) AS next_ref
  FROM visit_reads
),
seen_leaving AS (
  SELECT r.visit, r.ts, r.ref
  FROM successive_reads AS r
  JOIN zones AS z USING (zone)
  WHERE r.next_ref IS NULL AND z.kind = 'outside'
),
ends AS (
  SELECT
    v.visit, v.visitor AS person, v.identity_checked, v.badge, v.badge_returned, v.arrived, v.planned_until, v.ref,
    v.arrived >= $period_from AND v.arrived < $period_to AS arrived_in_period,
    coalesce(v.signed_out, l.ts) AS left_at,
    CASE WHEN v.signed_out IS NULL THEN l.ref END AS leaving_ref
  FROM signed AS v
  LEFT JOIN seen_leaving AS l ON l.visit = v.visit
)
SELECT
  'violation' AS certainty, visit AS subject, planned_until AS began, left_at AS ended,
  person || ' stayed ' || spoken(left_at - planned_until) || ' beyond the approved window.' AS sentence,
  ref AS ref_visit, leaving_ref AS ref_read
FROM ends
WHERE left_at > planned_until + $overstay_grace AND planned_until < $period_to AND left_at > $period_from
UNION ALL
SELECT
  'possible', visit, planned_until, CAST(NULL AS BIGINT),
  'Nobody signed ' || person || ' out, and no badge read shows them leaving.', ref, CAST(NULL AS BIGINT)
FROM ends
WHERE arrived_in_period AND left_at IS NULL
UNION ALL
SELECT
  'violation', visit, arrived, left_at, 'No identity document was recorded for ' || person || '.',
  ref, CAST(NULL AS BIGINT)
FROM ends
WHERE arrived_in_period AND NOT identity_checked
UNION ALL
SELECT
  'violation', visit, arrived, left_at, 'Badge ' || badge || ' of ' || person || ' was not returned.',
  ref, CAST(NULL AS BIGINT)
FROM ends
WHERE arrived_in_period AND badge IS NOT NULL AND NOT badge_returned
ORDER BY began, subject, sentence

-- name: measures
SELECT 'visits signed out by a rule' AS name, count(*) AS value, 'visits' AS unit
FROM visitor_log
WHERE departure = 'automatic' AND arrived >= $period_from AND arrived < $period_to
