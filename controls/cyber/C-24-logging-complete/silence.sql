-- name: population
SELECT
  count(*) AS expected,
  count(h.source) AS examined
FROM dcim AS d
LEFT JOIN (
  SELECT DISTINCT source FROM siem_stats WHERE ts < $period_to AND ts + 3600000000 > $period_from
) AS h ON h.source = d.asset
WHERE d.status = 'active' AND d.must_log

-- name: exceptions
WITH heard AS (
  -- The period's beginning stands before the first record of each source, so that a late first record is a silence.
  SELECT asset AS source, ref AS asset_ref, NULL AS ts, $period_from AS last_event, NULL AS ref
  FROM dcim
  WHERE status = 'active' AND must_log
  UNION ALL
  -- The last record of an hour cannot lie beyond it; a source whose clock runs ahead gains nothing by that.
  SELECT s.source, d.ref, s.ts, least(coalesce(s.last_event, s.ts), s.ts + 3600000000), s.ref
  FROM siem_stats AS s
  JOIN dcim AS d ON d.asset = s.source AND d.status = 'active' AND d.must_log
  WHERE s.events > 0
),
pauses AS (
  SELECT
    source, asset_ref, ref, last_event AS began,
    coalesce(lead(ts) OVER source_in_time, $period_to) AS ended,
    lead(ref) OVER source_in_time AS next_ref,
    count(ref) OVER (PARTITION BY source) AS hours
  FROM heard
  WINDOW source_in_time AS (PARTITION BY source ORDER BY ts NULLS FIRST)
)
SELECT
  -- A source without a single record may be silent, or its statistics were left out.
  CASE WHEN p.hours = 0 THEN 'possible' ELSE 'violation' END AS certainty,
  p.source AS subject,
  p.began AS began,
  p.ended AS ended,
  'Nothing was received from ' || p.source || ' for at least ' || spoken(p.ended - p.began)
    || CASE WHEN p.hours = 0 THEN '; it is not in the statistics at all' ELSE ', and no approved work order covers it' END || '.'
    AS sentence,
  p.asset_ref AS ref,
  p.ref AS ref_before,
  p.next_ref AS ref_after
FROM pauses AS p
WHERE p.ended - p.began > $max_silence AND p.began < $period_to AND p.ended > $period_from
  AND NOT EXISTS (
    SELECT w.ticket
    FROM work_orders AS w
    WHERE w.asset = p.source AND w.state IN ('approved', 'closed') AND w.approved <= w.window_began
      -- What the window leaves over on either side is a silence of its own, and short enough.
      AND w.window_began - p.began <= $max_silence AND p.ended - w.window_ended <= $max_silence)
UNION ALL
-- Nobody can say whether a source that the inventory does not list had to log.
SELECT
  'possible' AS certainty,
  s.source AS subject,
  min(s.ts) AS began,
  max(s.ts) AS ended,
  'The collector hears ' || s.source || ', which the inventory does not list.' AS sentence,
  min(s.ref) AS ref,
  NULL AS ref_before,
  NULL AS ref_after
FROM siem_stats AS s
LEFT JOIN dcim AS d ON d.asset = s.source
WHERE d.asset IS NULL AND s.ts < $period_to AND s.ts + 3600000000 > $period_from
GROUP BY s.source
