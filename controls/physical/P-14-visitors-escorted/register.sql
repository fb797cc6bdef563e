-- The visitor register by itself, and its sign-outs against the visitors' badge reads.

-- name: population
WITH visits AS (
  SELECT visit, visitor, arrived, lead(arrived) OVER (PARTITION BY visitor ORDER BY arrived, ref) AS next_arrived
  FROM visitor_log
),
seen AS (
  SELECT v.visit
  FROM visits AS v
  JOIN reads AS r
    ON r.person = v.visitor AND r.ts >= v.arrived AND (v.next_arrived IS NULL OR r.ts < v.next_arrived)
  GROUP BY v.visit
)
SELECT count(*) AS expected, count(s.visit) AS examined
FROM visits AS v
LEFT JOIN seen AS s ON s.visit = v.visit
WHERE v.arrived >= $period_from AND v.arrived < $period_to

-- name: exceptions
WITH visits AS (
  SELECT
    visit, visitor AS person, identity_checked, badge, badge_returned, arrived, planned_until, ref,
    -- Only a sign-out that somebody made tells when the visitor left.
    CASE WHEN departure IN ('self', 'staff') THEN departed END AS signed_out,
    lead(arrived) OVER (PARTITION BY visitor ORDER BY arrived, ref) AS next_arrived
  FROM visitor_log
),
visit_reads AS (
  SELECT
    v.visit, r.ts, r.ref, r.zone_after AS zone,
    lead(r.ref) OVER (PARTITION BY v.visit ORDER BY r.ts, r.ref) AS next_ref
  FROM visits AS v
  JOIN reads AS r USING (person)
  WHERE r.ts >= v.arrived AND (v.next_arrived IS NULL OR r.ts < v.next_arrived)
),
seen_leaving AS (
  SELECT r.visit, r.ts, r.ref
  FROM visit_reads AS r
  JOIN zones AS z USING (zone)
  WHERE r.next_ref IS NULL AND z.kind = 'outside'
),
ends AS (
  SELECT
    v.visit, v.person, v.identity_checked, v.badge, v.badge_returned, v.arrived, v.planned_until, v.ref,
    v.arrived >= $period_from AND v.arrived < $period_to AS arrived_in_period,
    coalesce(v.signed_out, l.ts) AS left_at,
    CASE WHEN v.signed_out IS NULL THEN l.ref END AS leaving_ref
  FROM visits AS v
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
