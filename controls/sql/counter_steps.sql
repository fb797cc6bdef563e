-- streams: if_counters
-- What each interface sent from one reading of its counters to the next; the first reading of each has no step before it.
WITH readings AS (
  SELECT
    device, interface, ts, ref, out_octets, uptime,
    lag(ts) OVER reading_in_time AS previous_ts,
    lag(ref) OVER reading_in_time AS previous_ref,
    lag(out_octets) OVER reading_in_time AS previous_octets,
    lag(uptime) OVER reading_in_time AS previous_uptime
  FROM if_counters
  WINDOW reading_in_time AS (PARTITION BY device, interface ORDER BY ts)
)
SELECT
  device, interface, previous_ts, ts, previous_ref, ref, previous_octets, out_octets, previous_uptime, uptime,
  -- After a restart, or a counter set back, what it shows was sent since then.
  CASE WHEN uptime < previous_uptime OR out_octets < previous_octets THEN out_octets
       ELSE out_octets - previous_octets END AS octets
FROM readings
ORDER BY device, interface, ts
