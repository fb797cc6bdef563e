-- Authorisations of an old role that were still open after the time allowed.

-- name: population
SELECT count(*) AS expected, count(h.person) AS examined
FROM pacs_access AS a
LEFT JOIN hr_roster AS h ON h.person = a.person
LEFT JOIN (SELECT person FROM pacs_credentials WHERE kind = 'visitor' GROUP BY person) AS v ON v.person = a.person
-- Whoever holds only a visitor's badge is not expected on the roster.
WHERE h.person IS NOT NULL OR v.person IS NULL

-- name: exceptions
SELECT
  'violation' AS certainty, person || ' / ' || a.zone AS subject,
  h.transferred AS began, coalesce(a.valid_to, $as_of) AS ended,
  person || ' kept the authorisation for ' || a.zone || ' for '
    || spoken(coalesce(a.valid_to, $as_of) - h.transferred) || ' after changing roles.' AS sentence,
  a.ref AS ref_access, h.ref AS ref_roster
FROM pacs_access AS a
JOIN hr_roster AS h USING (person)
WHERE a.valid_from < h.transferred
  AND coalesce(a.valid_to, $as_of) > h.transferred + $transfer_limit
  AND h.transferred < $period_to AND coalesce(a.valid_to, $as_of) > $period_from
ORDER BY began, subject, ref_access
