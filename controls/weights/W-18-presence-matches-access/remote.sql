-- name: population
SELECT count(*) AS expected, count(CASE WHEN u.person IS NULL THEN h.ref END) AS examined
FROM auth_events AS s
LEFT JOIN dcim AS h ON h.asset = s.host
LEFT JOIN unplaced_people AS u ON u.person = s.person
WHERE s.result = 'success' AND s.ts < $period_to AND coalesce(s.ended, $as_of) >= $period_from
  -- A host that the inventory does not know may hold weights.
  AND coalesce(h.holds_weights, true)

-- name: exceptions
WITH sessions AS (
  SELECT
    s.ts, coalesce(s.ended, $as_of) AS ended, s.ended IS NOT NULL AS closed, s.ref, s.person, s.host, s.kind, h.ref AS ref_host
  FROM auth_events AS s
  JOIN dcim AS h ON h.asset = s.host AND h.holds_weights
  WHERE s.result = 'success' AND s.ts < $period_to AND coalesce(s.ended, $as_of) >= $period_from
),
-- Stays in weights zones; where a read is missing the same span may stand for two zones, and counts once.
inside AS (
  SELECT
    p.person, p.began, p.ended, p.ref_in, p.ref_out,
    count(CASE WHEN p.certain AND z.weights THEN p.zone END) > 0 AS certain
  FROM presence AS p
  LEFT JOIN zones AS z ON z.zone = p.zone
  -- A zone that the floor plan does not know may be a weights zone.
  WHERE coalesce(z.weights, true) AND p.began < $period_to AND p.ended > $period_from
  GROUP BY p.person, p.began, p.ended, p.ref_in, p.ref_out
),
overlapping AS (
  SELECT
    s.ts, s.ended, s.ref, s.person, s.host, s.ref_host,
    sum(least(s.ended, i.ended) - greatest(s.ts, i.began)) AS overlap,
    sum(CASE WHEN s.closed AND i.certain THEN least(s.ended, i.ended) - greatest(s.ts, i.began) ELSE 0 END) AS certain_overlap,
    array_agg(i.ref_in) AS ref_in, array_agg(i.ref_out) AS ref_out
  FROM sessions AS s
  JOIN inside AS i ON i.person = s.person AND i.began < s.ended AND i.ended > s.ts
  WHERE s.kind = 'bastion'
  GROUP BY s.ts, s.ended, s.ref, s.person, s.host, s.ref_host
)
SELECT
  'violation' AS certainty,
  person AS subject,
  ts AS began,
  ended,
  'A remote session of ' || person || ' on ' || host || ' did not come through the bastion.' AS sentence,
  ref AS ref_session,
  ref_host,
  NULL AS ref_in,
  NULL AS ref_out
FROM sessions
WHERE kind = 'remote'
UNION ALL
SELECT
  CASE WHEN certain_overlap > $presence_tolerance THEN 'violation' ELSE 'possible' END,
  person,
  ts,
  ended,
  person || ' had a bastion session on ' || host || ' while '
  || CASE WHEN certain_overlap > $presence_tolerance THEN 'in a weights zone for ' || spoken(CAST(certain_overlap AS BIGINT))
    ELSE 'perhaps in a weights zone for ' || spoken(CAST(overlap AS BIGINT)) END || '.',
  ref,
  ref_host,
  ref_in,
  ref_out
FROM overlapping
WHERE overlap > $presence_tolerance
ORDER BY began, ref_session
