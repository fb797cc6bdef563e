-- streams: pacs_events, alarm_log, portals
-- Door openings the intrusion panel saw, each with the badge read nearest in time at the same portal.
WITH seen AS (
  SELECT true AS is_read, portal, ts, ref
  FROM pacs_events
  WHERE event = 'granted' AND entered <> 'no'
  UNION ALL
  SELECT false, portal, ts, ref
  FROM alarm_log
  WHERE kind = 'door_opened' AND portal IS NOT NULL
),
-- A running maximum and minimum give each opening the reads around it in one pass.
around AS (
  SELECT
    is_read, portal, ts, ref,
    max(CASE WHEN is_read THEN ts END) OVER until_then AS read_before,
    min(CASE WHEN is_read THEN ts END) OVER from_then AS read_after
  FROM seen
  WINDOW
    until_then AS (PARTITION BY portal ORDER BY ts, is_read DESC, ref ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
    from_then AS (PARTITION BY portal ORDER BY ts, is_read, ref ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)
),
nearest AS (
  SELECT
    portal, ts, ref,
    -- First the badge, then the door: where both are equally near, the read before is the one.
    CASE
      WHEN read_before IS NULL OR read_after - ts < ts - read_before THEN read_after
      ELSE read_before
    END AS read_ts
  FROM around
  WHERE NOT is_read
),
first_reads AS (
  SELECT portal, ts, min(ref) AS ref
  FROM seen
  WHERE is_read
  GROUP BY portal, ts
)
SELECT p.controller, n.portal, n.ts AS door_ts, n.read_ts, n.ref AS door_ref, r.ref AS read_ref
FROM nearest AS n
JOIN portals AS p ON p.portal = n.portal
JOIN first_reads AS r ON r.portal = n.portal AND r.ts = n.read_ts
ORDER BY n.ts, n.ref
