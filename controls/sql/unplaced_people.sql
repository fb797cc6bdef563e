-- streams: pacs_events, portals
-- Of whoever was read at a portal that the floor plan lacks nobody can say where they were.
SELECT DISTINCT e.person
FROM pacs_events AS e
LEFT JOIN portals AS p ON p.portal = e.portal
WHERE e.event = 'granted' AND p.ref IS NULL
ORDER BY e.person
