-- name: population
-- An interface, a counter or a tap that the others do not know is expected and not examined.
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

-- name: exceptions
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
readings AS (
  SELECT
    device, interface, ts, ref, out_octets, uptime,
    lag(ts) OVER reading_in_time AS previous_ts,
    lag(ref) OVER reading_in_time AS previous_ref,
    lag(out_octets) OVER reading_in_time AS previous_octets,
    lag(uptime) OVER reading_in_time AS previous_uptime
  FROM if_counters
  WINDOW reading_in_time AS (PARTITION BY device, interface ORDER BY ts)
),
-- After a restart, or a counter set back, what it shows was sent since then. A step over midnight is divided by time.
steps AS (
  SELECT
    n.sensor, d.began, d.ended, r.ref, r.ts - r.previous_ts AS took,
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
),
-- The scatter of a sum of days grows with the square root of their number.
totals AS (
  SELECT
    sensor, name, config_refs, s.sigma, sum(octets) AS octets, sum(residual) AS residual,
    sum(octets) * $accounting_tolerance // 1000000
      + $k_sigma * CAST(floor(sqrt(s.sigma * s.sigma * count(*))) AS BIGINT) AS detectable
  FROM balance
  JOIN scatter AS s USING (sensor)
  GROUP BY sensor, name, config_refs, s.sigma
),
uneven_days AS (
  SELECT b.sensor, b.name, b.config_refs, b.began, b.ended, b.octets, b.residual, b.refs
  FROM balance AS b
  JOIN scatter AS s USING (sensor)
  WHERE abs(b.residual) * 1000000 > b.octets * $accounting_tolerance + $k_sigma * s.sigma * 1000000
)
SELECT
  'violation' AS certainty,
  name AS subject,
  began AS began,
  ended AS ended,
  'The counters of ' || name || ' show ' || octets || ' octets sent, ' || abs(residual)
    || CASE WHEN residual > 0 THEN ' more' ELSE ' fewer' END || ' than the recorded flows explain.' AS sentence,
  NULL AS ref,
  NULL AS ref_before,
  config_refs AS ref_config,
  refs AS ref_readings
FROM uneven_days
UNION ALL
-- Small amounts every day add up.
SELECT
  'violation' AS certainty,
  t.name AS subject,
  $period_from AS began,
  $period_to AS ended,
  'No day stands out, but over the period ' || abs(t.residual) || ' octets of ' || t.octets
    || CASE WHEN t.residual > 0 THEN ' are on no flow record' ELSE ' are recorded beyond what the counters show' END || '.'
    AS sentence,
  NULL AS ref,
  NULL AS ref_before,
  t.config_refs AS ref_config,
  NULL AS ref_readings
FROM totals AS t
LEFT JOIN uneven_days AS u USING (sensor)
WHERE abs(t.residual) > t.detectable AND u.sensor IS NULL
UNION ALL
SELECT
  'violation' AS certainty,
  device || '/' || interface AS subject,
  previous_ts AS began,
  ts AS ended,
  'The counter of ' || device || '/' || interface || ' fell by ' || (previous_octets - out_octets)
    || ' octets although the device did not restart.' AS sentence,
  ref AS ref,
  previous_ref AS ref_before,
  NULL AS ref_config,
  NULL AS ref_readings
FROM readings
WHERE out_octets < previous_octets AND uptime >= previous_uptime AND previous_ts < $period_to AND ts > $period_from

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
    sensor, count(*) AS interfaces, max(framing_bytes) AS framing_bytes, array_agg(ref) AS refs,
    CASE WHEN count(*) = 1 THEN any_value(device || '/' || interface) ELSE sensor END AS name
  FROM net_config
  GROUP BY sensor
),
readings AS (
  SELECT
    device, interface, ts, ref, out_octets, uptime,
    lag(ts) OVER reading_in_time AS previous_ts,
    lag(ref) OVER reading_in_time AS previous_ref,
    lag(out_octets) OVER reading_in_time AS previous_octets,
    lag(uptime) OVER reading_in_time AS previous_uptime
  FROM if_counters
  WINDOW reading_in_time AS (PARTITION BY device, interface ORDER BY ts)
),
-- After a restart, or a counter set back, what it shows was sent since then. A step over midnight is divided by time.
steps AS (
  SELECT
    n.sensor, d.began, d.ended, r.ref, r.ts - r.previous_ts AS took,
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
),
-- The scatter of a sum of days grows with the square root of their number.
totals AS (
  SELECT
    sensor, name, config_refs, s.sigma, sum(octets) AS octets, sum(residual) AS residual,
    sum(octets) * $accounting_tolerance // 1000000
      + $k_sigma * CAST(floor(sqrt(s.sigma * s.sigma * count(*))) AS BIGINT) AS detectable
  FROM balance
  JOIN scatter AS s USING (sensor)
  GROUP BY sensor, name, config_refs, s.sigma
)
SELECT 'octets counted at the boundary' AS name, sum(octets) AS value, 'octets' AS unit FROM totals
UNION ALL
SELECT 'octets that no flow record explains' AS name, sum(residual) AS value, 'octets' AS unit FROM totals
