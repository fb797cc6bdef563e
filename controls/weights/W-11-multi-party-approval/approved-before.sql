-- name: population
SELECT count(*) AS expected, count(*) AS examined FROM weight_operations

-- name: exceptions
-- Each approval beside each operation that cites it. An approver who asked, acts, approved too late or is no human counts
-- for nothing; of one who was not on the roster, or was trained or screened again since, nobody can say.
WITH judged AS (
  SELECT
    o.ts, o.ref, o.operation, o.actor, o.artefact, o.object, o.approval, m.ref AS ref_approval, m.approver,
    m.approved > o.ts AS after_the_fact,
    m.approver_kind = 'human' AND m.approver <> m.requester AND m.approver <> o.actor
      AND m.approved <= o.ts AND m.expires >= o.ts
      AND coalesce(p.terminated > m.approved, true) AND (p.ref IS NULL OR p.screened IS NOT NULL AND p.trained IS NOT NULL)
      AND coalesce(m.approved - p.trained <= $training_validity, true) AS may_count,
    p.screened <= m.approved AND p.trained <= m.approved AS vetted,
    coalesce(p.custodian, true) AS may_be_custodian
  FROM weight_operations AS o
  LEFT JOIN mpa_records AS m ON m.approval = o.approval
  LEFT JOIN hr_roster AS p ON p.person = m.approver
),
counted AS (
  SELECT
    ts, ref, operation, actor, artefact, object, approval,
    count(ref_approval) AS acts,
    count(CASE WHEN after_the_fact THEN ref_approval END) AS late,
    count(DISTINCT CASE WHEN may_count THEN approver END) AS possible_approvers,
    count(CASE WHEN may_count AND may_be_custodian THEN approver END) AS possible_custodians,
    count(DISTINCT CASE WHEN may_count AND vetted THEN approver END) AS approvers,
    count(CASE WHEN may_count AND vetted AND may_be_custodian THEN approver END) AS custodians,
    array_agg(ref_approval) AS ref_approvals
  FROM judged
  GROUP BY ts, ref, operation, actor, artefact, object, approval
)
SELECT
  CASE WHEN possible_approvers >= $min_approvers AND possible_custodians > 0 THEN 'possible' ELSE 'violation' END AS certainty,
  coalesce(object, artefact, '-') AS subject,
  ts AS began,
  ts AS ended,
  'The ' || operation || ' operation by ' || actor || ' '
  || CASE
    WHEN approval IS NULL THEN 'cites no approval'
    WHEN acts = 0 THEN 'cites approval ' || approval || ', which nobody gave'
    WHEN approvers < $min_approvers
      THEN 'cites approval ' || approval || ': at that moment it counted ' || approvers || ' of ' || $min_approvers || ' approvers'
      || CASE WHEN late > 0 THEN ', ' || late || ' approved after the fact' ELSE '' END
      || CASE WHEN possible_approvers > approvers
        THEN ', ' || (possible_approvers - approvers) || ' cannot be judged by the roster' ELSE '' END
    ELSE 'cites approval ' || approval || ', and none of its ' || approvers || ' approvers is known to be a custodian'
  END || '.' AS sentence,
  ref AS ref_operation,
  ref_approvals
FROM counted
WHERE approvers < $min_approvers OR custodians = 0
ORDER BY began, ref_operation

-- name: measures
WITH approvals AS (
  SELECT approval, max(approved) AS approved
  FROM mpa_records
  WHERE approved >= $period_from AND approved < $period_to
  GROUP BY approval
)
SELECT 'approvals of the period that no operation cites' AS name, count(*) AS value, 'approvals' AS unit
FROM approvals AS a
LEFT JOIN weight_operations AS o ON o.approval = a.approval
WHERE o.ref IS NULL
