-- Visitors' stays in controlled zones against the stays and authorisations of their hosts.

-- name: population
SELECT count(*) AS expected, count(s.visit) AS examined
FROM visits AS v
LEFT JOIN (SELECT DISTINCT visit FROM visit_reads) AS s ON s.visit = v.visit
WHERE v.arrived >= $period_from AND v.arrived < $period_to

-- name: exceptions
WITH controlled_stays AS (
  SELECT s.*
  FROM presence AS s
  JOIN zones AS z USING (zone)
  WHERE z.layer >= $controlled_layer AND s.began < $period_to AND s.ended > $period_from
),
visitor_stays AS (
  SELECT
    v.visit, v.visitor, v.host, v.ref AS visit_ref, s.zone, s.began, s.ended, s.certain, s.ref_in, s.ref_out,
    row_number() OVER (ORDER BY v.visit, s.began, s.zone) AS stay
  FROM visits AS v
  JOIN controlled_stays AS s
    ON s.person = v.visitor AND s.ended > v.arrived AND (v.next_arrived IS NULL OR s.began < v.next_arrived)
),
-- Two readings of the host's stays: all of them, and only those that are certain.
readings AS (
  SELECT true AS only_certain
  UNION ALL
  SELECT false
),
accompanied AS (
  SELECT r.only_certain, s.stay, greatest(s.began, h.began) AS began, least(s.ended, h.ended) AS ended
  FROM visitor_stays AS s
  JOIN presence AS h
    ON h.person = s.host AND h.zone = s.zone AND h.began < s.ended AND h.ended > s.began
  CROSS JOIN readings AS r
  WHERE h.certain OR NOT r.only_certain
  UNION ALL
  SELECT r.only_certain, s.stay, s.began, s.began FROM visitor_stays AS s CROSS JOIN readings AS r
  UNION ALL
  SELECT r.only_certain, s.stay, s.ended, s.ended FROM visitor_stays AS s CROSS JOIN readings AS r
),
-- A host's stays in one zone never overlap, so what lies between two of them is time alone.
intervals AS (
  SELECT
    only_certain, stay, ended AS began,
    lead(began) OVER (PARTITION BY only_certain, stay ORDER BY began, ended) AS ended
  FROM accompanied
),
alone AS (
  SELECT only_certain, stay, began, ended
  FROM intervals
  WHERE ended - began > $escort_window AND began < $period_to AND ended > $period_from
),
unescorted AS (
  SELECT stay, began, ended, true AS host_absent
  FROM alone
  WHERE NOT only_certain
  UNION ALL
  SELECT a.stay, a.began, a.ended, false
  FROM alone AS a
  WHERE a.only_certain AND NOT EXISTS (
    SELECT b.stay FROM alone AS b
    WHERE NOT b.only_certain AND b.stay = a.stay AND b.began >= a.began AND b.ended <= a.ended
  )
),
unauthorised AS (
  SELECT
    visit, host, zone, visit_ref, min(began) AS began, max(ended) AS ended, max(CAST(certain AS INTEGER)) AS certain,
    min(ref_in) AS ref_in, max(ref_out) AS ref_out
  FROM visitor_stays AS s
  WHERE NOT EXISTS (
    SELECT a.ref FROM pacs_access AS a
    WHERE a.person = s.host AND a.zone = s.zone AND a.valid_from <= s.began
      AND (a.valid_to IS NULL OR a.valid_to >= s.ended)
  )
  GROUP BY visit, host, zone, visit_ref
)
SELECT
  CASE WHEN u.host_absent AND s.certain THEN 'violation' ELSE 'possible' END AS certainty, s.visit AS subject,
  u.began, u.ended,
  s.visitor || CASE WHEN s.certain THEN ' was' ELSE ' may have been' END || ' in ' || s.zone || ' for '
    || spoken(u.ended - u.began) || CASE WHEN u.host_absent THEN ' without ' ELSE ' while only possibly with ' END
    || 'the host ' || s.host || '.' AS sentence,
  s.visit_ref AS ref_visit, s.ref_in, s.ref_out
FROM unescorted AS u
JOIN visitor_stays AS s USING (stay)
UNION ALL
SELECT
  CASE WHEN certain > 0 THEN 'violation' ELSE 'possible' END, visit, began, ended,
  'The host ' || host || ' was not authorised for ' || zone || ' during the visitor''s stay there.',
  visit_ref, ref_in, ref_out
FROM unauthorised
ORDER BY began, subject, ended, sentence
