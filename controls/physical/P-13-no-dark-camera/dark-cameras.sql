-- Outages of cameras against the stays in the zones they cover.

-- name: population
SELECT count(DISTINCT m.camera) AS expected,
  count(DISTINCT m.camera) - count(DISTINCT CASE WHEN z.zone IS NULL THEN m.camera END) AS examined
FROM camera_map AS m
LEFT JOIN zones AS z ON z.zone = m.zone

-- name: exceptions
WITH outages AS (
  SELECT camera, began, coalesce(ended, $as_of) AS ended, ref
  FROM camera_health
),
excused AS (
  SELECT o.ref
  FROM outages AS o
  JOIN work_orders AS w
    ON w.asset = o.camera AND w.state IN ('approved', 'closed') AND w.compensation <> 'none'
    AND w.approved <= o.began AND w.window_began <= o.began AND w.window_ended >= o.ended
),
unseen AS (
  SELECT
    o.camera, o.ref AS outage_ref, m.ref AS map_ref, s.person, s.zone, s.certain, s.ref_in, s.ref_out,
    greatest(o.began, s.began) AS began, least(o.ended, s.ended) AS ended
  FROM outages AS o
  JOIN camera_map AS m USING (camera)
  JOIN zones AS z ON z.zone = m.zone AND z.layer >= $controlled_layer
  JOIN presence AS s
    ON s.zone = m.zone AND least(o.ended, s.ended) - greatest(o.began, s.began) > $overlap_tolerance
  WHERE o.ref NOT IN (SELECT ref FROM excused)
),
judged AS (
  SELECT
    *,
    min(began) OVER outage AS first_began, max(ended) OVER outage AS last_ended,
    -- The stay that weighs most is shown: certain before possible, then the longest.
    row_number() OVER (
      PARTITION BY outage_ref
      ORDER BY certain DESC, ended - began DESC, began, person, zone
    ) AS place
  FROM unseen
  WHERE began < $period_to AND ended > $period_from
  WINDOW outage AS (PARTITION BY outage_ref)
)
SELECT
  CASE WHEN certain THEN 'violation' ELSE 'possible' END AS certainty, camera AS subject,
  first_began AS began, last_ended AS ended,
  'Camera ' || camera || ' did not record ' || zone || ' for ' || spoken(ended - began) || ' while ' || person
    || CASE WHEN certain THEN ' was' ELSE ' may have been' END || ' in it.' AS sentence,
  outage_ref AS ref_outage, map_ref AS ref_map, ref_in, ref_out
FROM judged
WHERE place = 1
ORDER BY began, subject, ref_outage

-- name: measures
SELECT 'outages of cameras in the period' AS name, count(*) AS value, 'outages' AS unit
FROM camera_health
WHERE began < $period_to AND coalesce(ended, $as_of) > $period_from
