-- streams: storage_access, kms_audit
-- Operations of the period on weights and their keys that nobody may do without approval.
SELECT ts, ref, action AS operation, principal AS actor, artefact, object, destination, bytes, approval
FROM storage_access
WHERE action IN ('copy', 'restore', 'delete') AND result = 'success' AND ts >= $period_from AND ts < $period_to
UNION ALL
SELECT ts, ref, operation, principal, NULL, key, NULL, NULL, approval
FROM kms_audit
WHERE operation IN ('export', 'policy', 'destroy') AND result = 'success' AND ts >= $period_from AND ts < $period_to
ORDER BY ts, ref
