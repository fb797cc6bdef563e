-- One passage, two clocks: the badge read by the controller's clock, the door contact by the panel's.

-- name: common
WITH offsets AS (
  SELECT controller, door_ts - door_ts % 86400000000 AS day, read_ts - door_ts AS ahead, door_ref, read_ref
  FROM door_passages
  WHERE abs(read_ts - door_ts) <= $pair_window AND door_ts >= $period_from AND door_ts < $period_to
)

-- name: population
, judged AS (
  SELECT controller, day FROM offsets GROUP BY controller, day HAVING count(*) >= $min_pairs
)
SELECT (SELECT count(DISTINCT controller) FROM portals) AS expected, count(DISTINCT controller) AS examined
FROM judged

-- name: exceptions
, ranked AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY controller, day ORDER BY ahead, door_ref) AS place,
    count(*) OVER (PARTITION BY controller, day) AS passages
  FROM offsets
),
-- The one or two middle offsets of a day: their least and greatest add up to twice the median, an integer.
days AS (
  SELECT
    controller, day, passages, abs(min(ahead) + max(ahead)) AS twice_median,
    min(door_ref) AS door_ref, min(read_ref) AS read_ref
  FROM ranked
  WHERE passages >= $min_pairs AND place + place BETWEEN passages AND passages + 2
  GROUP BY controller, day, passages
),
-- Judged days in a row that all disagree share the number of days before them that agree.
runs AS (
  SELECT
    *, twice_median > $join_tolerance + $join_tolerance AS disagrees,
    count(CASE WHEN twice_median <= $join_tolerance + $join_tolerance THEN day END)
      OVER (PARTITION BY controller ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run
  FROM days
)
SELECT
  'violation' AS certainty, controller AS subject,
  greatest(min(day), $period_from) AS began, least(max(day) + 86400000000, $period_to) AS ended,
  'The clock of ' || controller || ' and the intrusion panel''s differ by up to ' || spoken(max(twice_median) // 2)
    || ', as the median of a day; days judged: ' || CAST(count(*) AS VARCHAR) || ', passages: '
    || CAST(sum(passages) AS VARCHAR) || '.' AS sentence,
  min(door_ref) AS ref_first_door, max(door_ref) AS ref_last_door,
  min(read_ref) AS ref_first_read, max(read_ref) AS ref_last_read
FROM runs
WHERE disagrees
GROUP BY controller, run
ORDER BY began, subject

-- name: measures
SELECT 'passages seen by both systems' AS name, count(*) AS value, 'passages' AS unit
FROM offsets
