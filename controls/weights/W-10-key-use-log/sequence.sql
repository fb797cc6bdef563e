-- name: population
SELECT count(*) AS expected, count(CASE WHEN followed THEN ref_scoped END) AS examined FROM key_store_members

-- name: exceptions
WITH expected AS (
  SELECT
    device, boot, sequence, ts, ref, previous_boot, previous_sequence, previous_ts, previous_ref,
    CASE WHEN boot = previous_boot THEN previous_sequence + 1 ELSE 0 END AS expected_sequence
  FROM key_store_records
  WHERE previous_ref IS NOT NULL AND least(previous_ts, ts) < $period_to AND greatest(previous_ts, ts) >= $period_from
)
SELECT
  'violation' AS certainty,
  device AS subject,
  previous_ts AS began,
  ts AS ended,
  CASE WHEN boot > previous_boot + 1
    THEN 'After start ' || previous_boot || ' the log of ' || device || ' goes on with start ' || boot
      || ': the starts between have left no record'
    ELSE 'In start ' || boot || ' of ' || device || ' record ' || expected_sequence
      || ' is expected and the log goes on with record ' || sequence
  END || '; any use of a key may be among what is missing.' AS sentence,
  previous_ref AS ref_before,
  ref AS ref_after
FROM expected
WHERE boot > previous_boot + 1 OR sequence <> expected_sequence
UNION ALL
SELECT
  'violation',
  device,
  ts,
  previous_ts,
  'Record ' || sequence || ' of start ' || boot || ' of ' || device || ' bears a time ' || spoken(previous_ts - ts)
  || ' before that of the record it follows.',
  previous_ref,
  ref
FROM expected
WHERE ts < previous_ts
ORDER BY began, subject, ref_after
