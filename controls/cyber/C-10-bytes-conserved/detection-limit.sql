-- name: population
-- Every artefact could leave by every interface, so each pair has to be looked at.
SELECT
  count(*) AS expected,
  count(CASE WHEN c.first_ts <= $period_from AND c.last_ts >= $period_to AND f.sensor IS NOT NULL THEN n.device END)
    AS examined
FROM net_config AS n
FULL JOIN (
  SELECT device, interface, min(ts) AS first_ts, max(ts) AS last_ts
  FROM if_counters
  GROUP BY device, interface
) AS c ON c.device = n.device AND c.interface = n.interface
FULL JOIN (
  SELECT DISTINCT sensor FROM flows WHERE ts < $period_to AND ts + duration >= $period_from
) AS f ON f.sensor = n.sensor
CROSS JOIN weights_registry AS a
WHERE a.born < $period_to AND coalesce(a.retired, $period_to) > $period_from

-- name: exceptions
-- The balance and its scatter are those of residuals.sql.
WITH days AS (
  SELECT
    greatest(day * 86400000000, $period_from) AS began,
    least((day + 1) * 86400000000, $period_to) AS ended
  FROM range($period_from // 86400000000, ($period_to + 86400000000 - 1) // 86400000000) AS t(day)
),
-- What one tap sees is balanced against all the interfaces it watches.
meters AS (
  SELECT
    sensor, count(*) AS interfaces, max(framing_bytes) AS framing_bytes
  FROM net_config
  GROUP BY sensor
),
readings AS (
  SELECT
    device, interface, ts, out_octets, uptime,
    lag(ts) OVER reading_in_time AS previous_ts,
    lag(out_octets) OVER reading_in_time AS previous_octets,
    lag(uptime) OVER reading_in_time AS previous_uptime
  FROM if_counters
  WINDOW reading_in_time AS (PARTITION BY device, interface ORDER BY ts)
),
-- After a restart, or a counter set back, what it shows was sent since then. A step over midnight is divided by time.
steps AS (
  SELECT
    n.sensor, d.began, d.ended, r.ts - r.previous_ts AS took,
    least(r.ts, d.ended) - greatest(r.previous_ts, d.began) AS inside,
    CASE WHEN r.uptime < r.previous_uptime OR r.out_octets < r.previous_octets THEN r.out_octets
         ELSE r.out_octets - r.previous_octets END AS octets
  FROM readings AS r
  JOIN net_config AS n USING (device, interface)
  CROSS JOIN days AS d
  WHERE r.previous_ts < d.ended AND r.ts > d.began
),
counted AS (
  SELECT
    sensor, began, ended, sum(octets * CAST(inside AS HUGEINT) // took) AS octets, sum(inside) AS covered
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
    sensor, c.octets, c.octets - coalesce(r.octets, 0) AS residual
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
),
-- The scatter of a sum of days grows with the square root of their number.
totals AS (
  SELECT
    sensor,
    sum(octets) * $accounting_tolerance // 1000000
      + $k_sigma * CAST(floor(sqrt(s.sigma * s.sigma * count(*))) AS BIGINT) AS detectable
  FROM balance
  JOIN scatter AS s USING (sensor)
  GROUP BY sensor, s.sigma
),
limit_of_all AS (
  SELECT sum(detectable) AS bytes FROM totals
),
boundary AS (
  SELECT array_agg(ref) AS refs FROM net_config
),
smallest AS (
  SELECT artefact, ref, compressed_bytes
  FROM weights_registry
  WHERE born < $period_to AND coalesce(retired, $period_to) > $period_from
  ORDER BY compressed_bytes, artefact
  LIMIT 1
)
SELECT
  'possible' AS certainty,
  a.artefact AS subject,
  $period_from AS began,
  $period_to AS ended,
  'Up to ' || l.bytes || ' bytes could have left unrecorded without showing against ordinary differences, '
    || 'which is more than ' || a.compressed_bytes * CAST($max_detection_limit AS HUGEINT) // 1000000 || ' of the ' || a.compressed_bytes
    || ' bytes of ' || a.artefact || '.' AS sentence,
  a.ref AS ref,
  b.refs AS ref_config
FROM smallest AS a
CROSS JOIN limit_of_all AS l
CROSS JOIN boundary AS b
WHERE l.bytes * 1000000 > a.compressed_bytes * CAST($max_detection_limit AS HUGEINT)

-- name: measures
-- As above.
WITH days AS (
  SELECT
    greatest(day * 86400000000, $period_from) AS began,
    least((day + 1) * 86400000000, $period_to) AS ended
  FROM range($period_from // 86400000000, ($period_to + 86400000000 - 1) // 86400000000) AS t(day)
),
-- What one tap sees is balanced against all the interfaces it watches.
meters AS (
  SELECT
    sensor, count(*) AS interfaces, max(framing_bytes) AS framing_bytes
  FROM net_config
  GROUP BY sensor
),
readings AS (
  SELECT
    device, interface, ts, out_octets, uptime,
    lag(ts) OVER reading_in_time AS previous_ts,
    lag(out_octets) OVER reading_in_time AS previous_octets,
    lag(uptime) OVER reading_in_time AS previous_uptime
  FROM if_counters
  WINDOW reading_in_time AS (PARTITION BY device, interface ORDER BY ts)
),
-- After a restart, or a counter set back, what it shows was sent since then. A step over midnight is divided by time.
steps AS (
  SELECT
    n.sensor, d.began, d.ended, r.ts - r.previous_ts AS took,
    least(r.ts, d.ended) - greatest(r.previous_ts, d.began) AS inside,
    CASE WHEN r.uptime < r.previous_uptime OR r.out_octets < r.previous_octets THEN r.out_octets
         ELSE r.out_octets - r.previous_octets END AS octets
  FROM readings AS r
  JOIN net_config AS n USING (device, interface)
  CROSS JOIN days AS d
  WHERE r.previous_ts < d.ended AND r.ts > d.began
),
counted AS (
  SELECT
    sensor, began, ended, sum(octets * CAST(inside AS HUGEINT) // took) AS octets, sum(inside) AS covered
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
    sensor, c.octets, c.octets - coalesce(r.octets, 0) AS residual
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
),
-- The scatter of a sum of days grows with the square root of their number.
totals AS (
  SELECT
    sensor,
    sum(octets) * $accounting_tolerance // 1000000
      + $k_sigma * CAST(floor(sqrt(s.sigma * s.sigma * count(*))) AS BIGINT) AS detectable
  FROM balance
  JOIN scatter AS s USING (sensor)
  GROUP BY sensor, s.sigma
),
smallest AS (
  SELECT min(compressed_bytes) AS bytes
  FROM weights_registry
  WHERE born < $period_to AND coalesce(retired, $period_to) > $period_from
)
SELECT 'detection limit of unrecorded egress over the period' AS name, sum(detectable) AS value, 'bytes' AS unit
FROM totals
UNION ALL
SELECT
  'detection limit as a share of the smallest artefact' AS name,
  sum(t.detectable) * 1000000 // s.bytes AS value,
  'millionths' AS unit
FROM totals AS t
CROSS JOIN smallest AS s
WHERE s.bytes > 0
GROUP BY s.bytes
