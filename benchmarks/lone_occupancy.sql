-- streams: pacs_events, portals, zones, pacs_access
-- derived: presence
-- The rule of the procedure lone-occupancy, by hand, in window functions: what the compiled sweep is measured
-- against and tested against. Parameters: $handover_tolerance, $period_from, $period_to (microseconds).
WITH stays AS (
  SELECT
    s.zone, s.began, s.ended, s.ref_in, s.ref_out,
    CASE WHEN s.certain THEN 1 ELSE 0 END AS certain,
    CASE WHEN EXISTS (
      SELECT 1 FROM pacs_access AS a
      WHERE a.person = s.person AND a.zone = s.zone
        AND a.valid_from <= s.began AND coalesce(a.valid_to, s.ended) >= s.ended
    ) THEN 1 ELSE 0 END AS authorised
  FROM presence AS s
  JOIN zones AS z ON z.zone = s.zone AND z.weights
),
changes AS (
  SELECT zone, began AS ts, ref_in AS ref, certain, 1 AS present, certain * authorised AS certain_authorised, authorised
  FROM stays
  UNION ALL
  SELECT zone, ended, ref_out, -certain, -1, -certain * authorised, -authorised
  FROM stays
),
-- Changes at one instant are one change.
moments AS (
  SELECT
    zone, ts, coalesce(max(ref), -1) AS ref, sum(certain) AS certain, sum(present) AS present,
    sum(certain_authorised) AS certain_authorised, sum(authorised) AS authorised
  FROM changes
  GROUP BY zone, ts
),
states AS (
  SELECT
    zone, ts AS since, ref,
    lead(ts) OVER zone_in_time AS until,
    lead(ref) OVER zone_in_time AS until_ref,
    sum(present) OVER so_far >= 1 AND sum(certain_authorised) OVER so_far <= 1 AS maybe,
    sum(certain) OVER so_far >= 1 AND sum(authorised) OVER so_far <= 1 AS sure
  FROM moments
  WINDOW
    zone_in_time AS (PARTITION BY zone ORDER BY ts),
    so_far AS (PARTITION BY zone ORDER BY ts ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),
-- States in a row that are all bad share the number of good ones before them.
numbered AS (
  SELECT
    *,
    sum(CASE WHEN maybe THEN 0 ELSE 1 END) OVER so_far AS run,
    sum(CASE WHEN sure THEN 0 ELSE 1 END) OVER so_far AS sure_run
  FROM states
  WINDOW so_far AS (PARTITION BY zone ORDER BY since ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),
sure_runs AS (
  SELECT
    zone, run, min(since) AS began, max(until) AS ended,
    min_by(ref, since) AS from_ref, max_by(until_ref, since) AS to_ref
  FROM numbered
  WHERE sure
  GROUP BY zone, run, sure_run
),
longest AS (
  SELECT
    zone, run, ended - began AS length, from_ref, to_ref,
    row_number() OVER (PARTITION BY zone, run ORDER BY ended - began DESC, began) AS place
  FROM sure_runs
  WHERE began < $period_to AND ended > $period_from
),
runs AS (
  SELECT
    zone, run, min(since) AS began, max(until) AS ended,
    min_by(ref, since) AS from_ref, max_by(until_ref, since) AS to_ref
  FROM numbered
  WHERE maybe
  GROUP BY zone, run
)
SELECT
  r.zone, r.began, r.ended,
  coalesce(l.length, 0) AS longest_certain,
  coalesce(l.from_ref, -1) AS certain_from, coalesce(l.to_ref, -1) AS certain_to,
  r.from_ref, r.to_ref,
  CASE WHEN l.length > $handover_tolerance THEN 'violation' ELSE 'possible' END AS certainty
FROM runs AS r
LEFT JOIN longest AS l ON l.zone = r.zone AND l.run = r.run AND l.place = 1
WHERE r.ended - r.began > $handover_tolerance AND r.began < $period_to AND r.ended > $period_from
ORDER BY r.zone, r.began
