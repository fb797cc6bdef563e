-- name: population
SELECT count(*) AS expected, count(CASE WHEN followed THEN ref_scoped END) AS examined FROM key_store_members

-- name: exceptions
SELECT
  'violation' AS certainty,
  s.device AS subject,
  s.ts AS began,
  s.ts AS ended,
  'Start ' || s.boot || ' of ' || s.device || ' lies in the window of no restart order that was approved before it.' AS sentence,
  s.previous_ref AS ref_before,
  s.ref AS ref_start
FROM key_store_records AS s
LEFT JOIN work_orders AS w
  ON w.asset = s.device AND w.kind = 'hsm-restart' AND w.state IN ('approved', 'closed') AND w.approved <= s.ts
  AND w.window_began <= s.ts AND w.window_ended >= s.ts
WHERE w.ref IS NULL AND s.ts >= $period_from AND s.ts < $period_to
  -- The first record delivered of a member has nothing before it, and is a start only if it is numbered 0.
  AND (s.boot <> s.previous_boot OR s.sequence = 0)
ORDER BY began, subject, ref_start
