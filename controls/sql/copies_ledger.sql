-- streams: storage_access, media_register
-- What the records say made or destroyed a copy. What a copy makes may lie on any system, and the media register names none.
SELECT
  ts, ref, artefact, CASE WHEN action = 'copy' THEN destination ELSE coalesce(destination, object) END AS object,
  NULL AS system, true AS made
FROM storage_access
WHERE action IN ('copy', 'put', 'restore') AND result = 'success'
UNION ALL
SELECT ts, ref, artefact, object, system, false FROM storage_access WHERE action = 'delete' AND result = 'success'
UNION ALL
SELECT sanitised, ref, artefact, object, NULL, false FROM media_register
ORDER BY ts, ref
