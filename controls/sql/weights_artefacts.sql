-- streams: weights_registry, storage_inventory, storage_access
-- Artefacts registered in the period or seen at all; the row of the register counts only where the artefact was seen too.
WITH seen AS (
  SELECT artefact FROM storage_inventory
  UNION
  SELECT artefact FROM storage_access
),
artefacts AS (
  SELECT artefact FROM weights_registry
  WHERE born < $period_to AND (retired IS NULL OR retired >= $period_from)
  UNION
  SELECT artefact FROM seen
)
SELECT a.artefact, CASE WHEN s.artefact IS NOT NULL THEN r.ref END AS ref
FROM artefacts AS a
LEFT JOIN seen AS s ON s.artefact = a.artefact
LEFT JOIN weights_registry AS r ON r.artefact = a.artefact
ORDER BY a.artefact, r.ref
