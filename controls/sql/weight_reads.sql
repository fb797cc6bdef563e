-- streams: storage_access, mpa_records
-- Successful gets of the period, each with how many people had approved it.
-- Gets in the order of time, with what the approval each of them cites has let through so far.
WITH gets AS (
  SELECT
    ts, ref, principal, artefact, first_byte, last_byte, bytes, approval,
    sum(bytes) OVER (PARTITION BY approval ORDER BY ts, ref ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS moved
  FROM storage_access
  WHERE action = 'get' AND result = 'success' AND ts >= $period_from AND ts < $period_to
)
SELECT
  g.ts, g.ref, g.principal, g.artefact, g.first_byte, g.last_byte, g.bytes, count(DISTINCT m.approver) AS approvers
FROM gets AS g
LEFT JOIN mpa_records AS m
  ON m.approval = g.approval AND m.artefact = g.artefact AND m.operation IN ('export', 'decrypt_export')
  AND m.approver_kind = 'human' AND m.approver <> m.requester AND m.approver <> g.principal
  AND m.approved <= g.ts AND m.expires >= g.ts AND coalesce(m.bytes >= g.moved, true)
GROUP BY g.ts, g.ref, g.principal, g.artefact, g.first_byte, g.last_byte, g.bytes
ORDER BY g.ts, g.ref
