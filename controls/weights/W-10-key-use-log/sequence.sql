-- name: population
WITH devices AS (
  SELECT asset AS device FROM dcim WHERE kind = 'hsm' AND status = 'active'
  UNION
  SELECT device FROM kms_audit WHERE ts >= $period_from AND ts < $period_to
  UNION
  SELECT device FROM kms_logging WHERE ts >= $period_from AND ts < $period_to
),
-- A log of management commands alone says nothing about the use of keys.
scoped AS (
  SELECT device
  FROM kms_logging
  WHERE ts >= $period_from AND ts < $period_to
  GROUP BY device
  HAVING count(CASE WHEN scope IN ('management', 'none') THEN ref END) = 0
),
-- Followed across both edges of the period, so that nothing can be missing at either.
followed AS (
  SELECT device FROM kms_audit GROUP BY device HAVING min(ts) <= $period_from AND max(ts) >= $period_to
)
SELECT count(*) AS expected, count(CASE WHEN s.device IS NOT NULL AND f.device IS NOT NULL THEN a.ref END) AS examined
FROM devices AS d
LEFT JOIN dcim AS a ON a.asset = d.device AND a.kind = 'hsm'
LEFT JOIN scoped AS s ON s.device = d.device
LEFT JOIN followed AS f ON f.device = d.device

-- name: exceptions
WITH successive AS (
  SELECT
    device, boot, sequence, ts, ref,
    lag(boot) OVER in_sequence AS previous_boot,
    lag(sequence) OVER in_sequence AS previous_sequence,
    lag(ts) OVER in_sequence AS previous_ts,
    lag(ref) OVER in_sequence AS previous_ref
  FROM kms_audit
  WINDOW in_sequence AS (PARTITION BY device ORDER BY boot, sequence, ref)
),
expected AS (
  SELECT
    device, boot, sequence, ts, ref, previous_boot, previous_sequence, previous_ts, previous_ref,
    CASE WHEN boot = previous_boot THEN previous_sequence + 1 ELSE 0 END AS expected_sequence
  FROM successive
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
