-- Where a person's read contradicts the one before it.

-- name: common
WITH steps AS (
  SELECT
    person, portal, ts, ref, zone_before,
    lag(ts) OVER person_in_time AS previous_ts,
    lag(ref) OVER person_in_time AS previous_ref,
    lag(portal) OVER person_in_time AS previous_portal,
    lag(zone_before) OVER person_in_time AS previous_zone_before,
    lag(zone_after) OVER person_in_time AS previous_zone_after,
    lag(known) OVER person_in_time AS previous_known
  FROM reads
  WINDOW person_in_time AS (PARTITION BY person ORDER BY ts, ref)
),
transits AS (
  SELECT *, zone_before <> previous_zone_after AS breaks
  FROM steps
  WHERE ts >= $period_from AND ts < $period_to
)

-- name: population
-- A granted read counts as looked at if the floor plan says between which two zones it leads, and for whom.
SELECT count(*) AS expected,
  count(CASE WHEN e.person IS NOT NULL AND e.direction <> 'unknown' THEN i.zone END) AS examined
FROM pacs_events AS e
LEFT JOIN portals AS p ON p.portal = e.portal
LEFT JOIN zones AS o ON o.zone = p.from_zone
LEFT JOIN zones AS i ON i.zone = p.to_zone AND o.zone IS NOT NULL
WHERE e.event = 'granted' AND e.ts >= $period_from AND e.ts < $period_to

-- name: exceptions
, portal_breaks AS (
  SELECT
    portal, count(*) AS transits, count(CASE WHEN breaks THEN ref END) AS breaks,
    min(CASE WHEN breaks THEN ts END) AS began, max(CASE WHEN breaks THEN ts END) AS ended,
    min(CASE WHEN breaks THEN ref END) AS first_ref, max(CASE WHEN breaks THEN ref END) AS last_ref
  FROM transits
  GROUP BY portal
),
deeper AS (
  SELECT inside.zone, outside.zone AS than
  FROM zones AS inside
  CROSS JOIN zones AS outside
  WHERE inside.layer > outside.layer
)
SELECT
  -- A badge accepted without anybody known to have passed explains a second try from the same side.
  CASE
    WHEN t.previous_known OR t.previous_zone_before <> t.zone_before THEN 'violation' ELSE 'possible'
  END AS certainty,
  t.person AS subject, t.previous_ts AS began, t.ts AS ended,
  t.person || ' was read at ' || t.portal || ' inside ' || t.zone_before
    || ' without a read that leads there from ' || t.previous_zone_after || '.' AS sentence,
  t.previous_ref AS ref_before, t.ref AS ref_after
FROM transits AS t
JOIN deeper AS d ON d.zone = t.zone_before AND d.than = t.previous_zone_after
UNION ALL
SELECT
  'violation', portal, began, ended,
  CAST(breaks AS VARCHAR) || ' of ' || CAST(transits AS VARCHAR) || ' transits at ' || portal
    || ' contradict the person''s previous read.',
  first_ref, last_ref
FROM portal_breaks
WHERE breaks >= $min_breaks AND breaks * 1000000 > $max_break_rate * transits
UNION ALL
SELECT
  'violation', coalesce(person, credential, portal), ts, ts,
  'A badge was used a second time inwards at ' || portal || ' without having come out.', ref, CAST(NULL AS BIGINT)
FROM pacs_events
WHERE event = 'passback' AND ts >= $period_from AND ts < $period_to
ORDER BY began, subject, ref_before, ref_after

-- name: measures
SELECT 'transits that contradict the previous read' AS name, count(*) AS value, 'transits' AS unit
FROM transits
WHERE breaks
