-- streams: dcim, kms_audit, kms_logging
-- Members of the key store, with their row of the inventory where every reading says that the use of keys was logged.
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
SELECT d.device, CASE WHEN s.device IS NOT NULL THEN a.ref END AS ref_scoped, f.device IS NOT NULL AS followed
FROM devices AS d
LEFT JOIN dcim AS a ON a.asset = d.device AND a.kind = 'hsm'
LEFT JOIN scoped AS s ON s.device = d.device
LEFT JOIN followed AS f ON f.device = d.device
ORDER BY d.device, a.ref
