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
)
SELECT
  'violation' AS certainty,
  s.device AS subject,
  s.ts AS began,
  s.ts AS ended,
  'Start ' || s.boot || ' of ' || s.device || ' lies in the window of no restart order that was approved before it.' AS sentence,
  s.previous_ref AS ref_before,
  s.ref AS ref_start
FROM successive AS s
LEFT JOIN work_orders AS w
  ON w.asset = s.device AND w.kind = 'hsm-restart' AND w.state IN ('approved', 'closed') AND w.approved <= s.ts
  AND w.window_began <= s.ts AND w.window_ended >= s.ts
WHERE w.ref IS NULL AND s.ts >= $period_from AND s.ts < $period_to
  -- The first record delivered of a member has nothing before it, and is a start only if it is numbered 0.
  AND (s.boot <> s.previous_boot OR s.sequence = 0)
ORDER BY began, subject, ref_start
