-- name: population
-- What fewer people approved than must cannot be called approved, whatever it was.
WITH approvals AS (
  SELECT approval
  FROM mpa_records
  WHERE approver_kind = 'human'
  GROUP BY approval
  HAVING count(DISTINCT approver) >= $min_approvers
)
SELECT count(*) AS expected, count(a.approval) AS examined
FROM weight_operations AS o
LEFT JOIN approvals AS a ON a.approval = o.approval

-- name: exceptions
-- What was moved under an approval up to and with each operation: one approval is not good for two copies.
WITH moved AS (
  SELECT
    ts, ref, operation, actor, artefact, object, destination, approval,
    sum(bytes) OVER (PARTITION BY approval ORDER BY ts, ref ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS bytes
  FROM weight_operations
),
compared AS (
  SELECT
    o.ts, o.ref, o.operation, o.actor, o.artefact, o.object, o.approval, m.ref AS ref_approval, m.approver,
    CASE
      WHEN m.operation <> CASE o.operation WHEN 'delete' THEN 'destroy' ELSE o.operation END
        AND NOT (o.operation = 'export' AND m.operation = 'decrypt_export') THEN 'the operation differs'
      WHEN m.artefact <> o.artefact THEN 'the artefact differs'
      WHEN m.object <> o.object THEN 'the object differs'
      WHEN o.operation = 'copy' AND (m.destination IS NULL OR o.destination IS NULL) THEN 'no destination is named'
      WHEN m.destination <> o.destination THEN 'the destination differs'
      WHEN m.bytes < o.bytes THEN 'it moved more bytes'
    END AS difference
  FROM moved AS o
  JOIN mpa_records AS m ON m.approval = o.approval AND m.approver_kind = 'human'
),
counted AS (
  SELECT
    ts, ref, operation, actor, artefact, object, approval, max(difference) AS difference,
    count(DISTINCT CASE WHEN difference IS NULL THEN approver END) AS agreeing,
    array_agg(ref_approval) AS ref_approvals
  FROM compared
  GROUP BY ts, ref, operation, actor, artefact, object, approval
)
SELECT
  'violation' AS certainty,
  coalesce(object, artefact, '-') AS subject,
  ts AS began,
  ts AS ended,
  'The ' || operation || ' operation by ' || actor || ' is not what approval ' || approval
  || ' was given for: ' || difference || '.' AS sentence,
  ref AS ref_operation,
  ref_approvals
FROM counted
WHERE difference IS NOT NULL AND agreeing < $min_approvers
ORDER BY began, ref_operation
