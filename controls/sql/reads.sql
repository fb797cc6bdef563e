-- streams: pacs_events, portals
-- Granted badge reads as movements between zones, in order of time.
WITH movements AS (
  SELECT
    e.ts, e.person, e.portal, e.controller, e.direction, e.ref,
    CASE WHEN e.direction = 'in' THEN p.from_zone ELSE p.to_zone END AS zone_before,
    CASE WHEN e.direction = 'in' THEN p.to_zone ELSE p.from_zone END AS zone_after,
    e.entered IN ('yes', 'assumed') AS known,
    lag(e.ts) OVER person_in_time AS previous_ts,
    lag(e.portal) OVER person_in_time AS previous_portal,
    lag(e.direction) OVER person_in_time AS previous_direction
  FROM pacs_events AS e
  JOIN portals AS p ON p.portal = e.portal
  WHERE e.event = 'granted' AND e.person IS NOT NULL AND e.direction IN ('in', 'out') AND e.entered <> 'no'
  WINDOW person_in_time AS (PARTITION BY e.person ORDER BY e.ts, e.ref)
)
SELECT ts, person, portal, controller, zone_before, zone_after, known, ref
FROM movements
-- The same badge at the same reader within ten seconds is one passage read twice, not two passages.
WHERE NOT coalesce(
  previous_portal = portal AND previous_direction = direction AND ts - previous_ts <= 10000000, false)
ORDER BY ts, ref
