-- name: population
SELECT
  count(*) AS expected,
  -- Numbers that end before the period does say nothing about the rest of it.
  count(CASE WHEN n.first_ts <= $period_from + $max_silence
              AND n.last_ts + 3600000000 >= $period_to - $max_silence THEN n.source END) AS examined
FROM dcim AS d
LEFT JOIN (
  SELECT source, min(ts) AS first_ts, max(ts) AS last_ts
  FROM siem_stats
  WHERE first_sequence IS NOT NULL
  GROUP BY source
) AS n ON n.source = d.asset
WHERE d.status = 'active' AND d.must_log

-- name: exceptions
WITH numbered AS (
  SELECT
    source, ts, ref, events, first_sequence, coalesce(last_sequence, first_sequence) AS last_sequence,
    lag(coalesce(last_sequence, first_sequence)) OVER source_in_time AS previous_sequence,
    lag(ts) OVER source_in_time AS previous_ts,
    lag(ref) OVER source_in_time AS previous_ref
  FROM siem_stats
  WHERE first_sequence IS NOT NULL
  WINDOW source_in_time AS (PARTITION BY source ORDER BY ts)
),
holes AS (
  SELECT
    source, previous_ts AS began, ts + 3600000000 AS ended, ref, previous_ref,
    'The records received from ' || source || ' jump from number ' || previous_sequence || ' to number '
      || first_sequence || '.' AS sentence
  FROM numbered
  WHERE first_sequence <> previous_sequence + 1
  UNION ALL
  SELECT
    source, ts AS began, ts + 3600000000 AS ended, ref, NULL AS previous_ref,
    'Within one hour ' || events || ' records were received from ' || source || ', though they are numbered from '
      || first_sequence || ' to ' || last_sequence || '.' AS sentence
  FROM numbered
  WHERE events <> last_sequence - first_sequence + 1
)
SELECT
  -- Nobody can say whether a source that the inventory does not list had to log.
  CASE WHEN d.asset IS NULL THEN 'possible' ELSE 'violation' END AS certainty,
  h.source AS subject,
  h.began AS began,
  h.ended AS ended,
  h.sentence AS sentence,
  h.ref AS ref,
  h.previous_ref AS ref_before
FROM holes AS h
LEFT JOIN dcim AS d ON d.asset = h.source
WHERE h.began < $period_to AND h.ended > $period_from AND coalesce(d.status = 'active' AND d.must_log, true)
