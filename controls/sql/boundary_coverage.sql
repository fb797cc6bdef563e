-- streams: if_counters, flows, net_config
-- Every boundary interface, and whether its counters reach over the whole period and its tap recorded flows in it.
-- An interface, a counter or a tap that the others do not know has a row too, without a device of its own.
SELECT
  n.device, n.interface,
  c.first_ts <= $period_from AND c.last_ts >= $period_to AND f.sensor IS NOT NULL AS covered
FROM net_config AS n
FULL JOIN (
  SELECT device, interface, min(ts) AS first_ts, max(ts) AS last_ts
  FROM if_counters
  GROUP BY device, interface
) AS c ON c.device = n.device AND c.interface = n.interface
FULL JOIN (
  SELECT DISTINCT sensor FROM flows WHERE ts < $period_to AND ts + duration >= $period_from
) AS f ON f.sensor = n.sensor
ORDER BY n.device, n.interface, covered
