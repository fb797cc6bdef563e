-- name: population
SELECT count(*) AS expected, count(CASE WHEN u.person IS NULL THEN h.ref END) AS examined
FROM auth_events AS s
LEFT JOIN dcim AS h ON h.asset = s.host
LEFT JOIN unplaced_people AS u ON u.person = s.person
WHERE s.kind IN ('console', 'kvm', 'serial') AND s.result = 'success' AND s.ts >= $period_from AND s.ts < $period_to
  -- A host that the inventory does not know may hold weights.
  AND coalesce(h.holds_weights, true)

-- name: exceptions
WITH sessions AS (
  SELECT s.ts, s.ref, s.person, s.host, s.kind, h.zone, h.ref AS ref_host
  FROM auth_events AS s
  JOIN dcim AS h ON h.asset = s.host AND h.holds_weights
  WHERE s.kind IN ('console', 'kvm', 'serial') AND s.result = 'success' AND s.ts >= $period_from AND s.ts < $period_to
),
placed AS (
  SELECT
    s.ts, s.ref, s.person, s.host, s.kind, s.zone, s.ref_host,
    count(p.person) AS stays, count(CASE WHEN p.certain THEN p.person END) AS certain_stays,
    array_agg(p.ref_in) AS ref_in, array_agg(p.ref_out) AS ref_out
  FROM sessions AS s
  LEFT JOIN presence AS p
    ON p.person = s.person AND p.zone = s.zone
    AND p.began <= s.ts + $presence_tolerance AND p.ended >= s.ts - $presence_tolerance
  GROUP BY s.ts, s.ref, s.person, s.host, s.kind, s.zone, s.ref_host
)
SELECT
  CASE WHEN stays > 0 THEN 'possible' ELSE 'violation' END AS certainty,
  person AS subject,
  ts AS began,
  ts AS ended,
  'A ' || kind || ' session on ' || host || ' began while '
  || CASE WHEN stays > 0 THEN 'the badge reads leave open whether ' || person || ' was in '
    ELSE 'no badge read places ' || person || ' in ' END
  || zone || '.' AS sentence,
  ref AS ref_session,
  ref_host,
  ref_in,
  ref_out
FROM placed
WHERE certain_stays = 0
ORDER BY began, ref_session
