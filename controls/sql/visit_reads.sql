-- streams: visitor_log, pacs_events, portals
-- derived: reads, visits
-- The badge reads of each visit.
SELECT v.visit, r.ts, r.zone_after AS zone, r.ref
FROM visits AS v
JOIN reads AS r
  ON r.person = v.visitor AND r.ts >= v.arrived AND (v.next_arrived IS NULL OR r.ts < v.next_arrived)
ORDER BY r.ts, r.ref, v.visit
