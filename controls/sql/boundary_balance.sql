-- streams: if_counters, flows, net_config
-- derived: counter_steps
-- For each tap and UTC day of the period: the octets its interfaces counted, how many of them the recorded flows leave
-- unexplained, and the ordinary scatter (sigma) of the tap's days.
WITH days AS (
  SELECT
    greatest(day * 86400000000, $period_from) AS began,
    least((day + 1) * 86400000000, $period_to) AS ended
  FROM range($period_from // 86400000000, ($period_to + 86400000000 - 1) // 86400000000) AS t(day)
),
-- What one tap sees is balanced against all the interfaces it watches.
meters AS (
  SELECT
    sensor, count(*) AS interfaces, max(framing_bytes) AS framing_bytes, array_agg(ref) AS refs,
    CASE WHEN count(*) = 1 THEN any_value(device || '/' || interface) ELSE sensor END AS name
  FROM net_config
  GROUP BY sensor
),
-- A step over midnight is divided by time.
steps AS (
  SELECT
    n.sensor, d.began, d.ended, r.ref, r.octets, r.ts - r.previous_ts AS took,
    least(r.ts, d.ended) - greatest(r.previous_ts, d.began) AS inside
  FROM counter_steps AS r
  JOIN net_config AS n USING (device, interface)
  CROSS JOIN days AS d
  WHERE r.previous_ts < d.ended AND r.ts > d.began
),
counted AS (
  SELECT
    sensor, began, ended, sum(octets * CAST(inside AS HUGEINT) // took) AS octets, sum(inside) AS covered,
    array_agg(ref) AS refs
  FROM steps
  GROUP BY sensor, began, ended
),
-- So is a flow over midnight.
recorded AS (
  SELECT
    f.sensor, d.began,
    sum((f.bytes_out + f.packets_out * m.framing_bytes)
        * CAST(least(f.ts + greatest(f.duration, 1), d.ended) - greatest(f.ts, d.began) AS HUGEINT)
        // greatest(f.duration, 1)) AS octets
  FROM flows AS f
  JOIN meters AS m USING (sensor)
  CROSS JOIN days AS d
  WHERE f.ts < d.ended AND f.ts + f.duration >= d.began
  GROUP BY f.sensor, d.began
),
-- A day that the counters of the tap's interfaces do not cover whole cannot be balanced.
balance AS (
  SELECT
    sensor, m.name, m.refs AS config_refs, c.began, c.ended, c.octets, c.refs,
    c.octets - coalesce(r.octets, 0) AS residual
  FROM counted AS c
  JOIN meters AS m USING (sensor)
  LEFT JOIN recorded AS r USING (sensor, began)
  WHERE c.covered = m.interfaces * (c.ended - c.began)
),
-- The ordinary scatter of the days: 1.4826 times the median distance from the median, which no single day can move.
ranked AS (
  SELECT
    sensor, residual,
    row_number() OVER (PARTITION BY sensor ORDER BY residual) AS place, count(*) OVER (PARTITION BY sensor) AS days
  FROM balance
),
distances AS (
  SELECT
    sensor, r.days, abs(r.residual - middle.residual) AS distance,
    row_number() OVER (PARTITION BY sensor ORDER BY abs(r.residual - middle.residual)) AS place
  FROM ranked AS r
  JOIN (SELECT sensor, residual FROM ranked WHERE place = (days + 1) // 2) AS middle USING (sensor)
),
scatter AS (
  SELECT sensor, distance * 14826 // 10000 AS sigma
  FROM distances
  WHERE place = (days + 1) // 2
)
SELECT sensor, b.name, b.config_refs, b.began, b.ended, b.octets, b.residual, b.refs, s.sigma
FROM balance AS b
JOIN scatter AS s USING (sensor)
ORDER BY sensor, b.began
