-- name: population
SELECT expected, examined FROM account_coverage

-- name: exceptions
WITH owned AS (
  SELECT
    g.system, g.account, g.person, g.created, g.disabled, g.ref, r.terminated, r.ref AS roster_ref,
    coalesce(g.disabled, $as_of) AS live_until,
    greatest(g.created, r.terminated + $leaver_limit) AS overdue_from
  FROM iam_graph AS g
  LEFT JOIN hr_roster AS r ON r.person = g.person
  WHERE g.kind = 'human'
),
-- A session is on the host's own account of that name. A host without one takes its accounts from elsewhere,
-- and then any account of that name may be the one used.
sessions AS (
  SELECT s.ts, s.person, s.account, s.ref, own.system AS home
  FROM auth_events AS s
  LEFT JOIN iam_graph AS own ON own.system = s.host AND own.account = s.account
  WHERE s.result = 'success' AND s.ts >= $period_from AND s.ts < $period_to
),
attributed AS (
  SELECT s.ts, s.ref, g.ref AS account_ref
  FROM sessions AS s
  JOIN iam_graph AS g USING (account)
  WHERE g.system = coalesce(s.home, g.system)
),
-- UNION, not UNION ALL: a leaver on the leaver's own account is one use, though owner and actor both say so.
uses AS (
  SELECT s.account, s.ts, s.ref, r.person, r.ref AS roster_ref
  FROM sessions AS s
  JOIN hr_roster AS r ON r.person = s.person AND r.terminated <= s.ts
  UNION
  SELECT o.account, a.ts, a.ref, o.person, o.roster_ref
  FROM attributed AS a
  JOIN owned AS o ON o.ref = a.account_ref AND o.terminated <= a.ts
),
listed AS (
  SELECT account, max(CASE WHEN kind = 'human' THEN 1 ELSE 0 END) AS human
  FROM iam_graph
  GROUP BY account
)
SELECT
  'violation' AS certainty,
  account AS subject,
  min(ts) AS began,
  max(ts) AS ended,
  'The account ' || account || ' was used ' || count(*)
    || CASE WHEN count(*) = 1 THEN ' time' ELSE ' times' END || ' after ' || person || ' had left.' AS sentence,
  roster_ref AS ref,
  array_agg(ref) AS ref_sessions
FROM uses
GROUP BY account, person, roster_ref
UNION ALL
SELECT
  'violation' AS certainty,
  system || '/' || account AS subject,
  overdue_from AS began,
  disabled AS ended,
  'The account of ' || person || ', who had left, could be used on ' || system || ' for '
    || spoken(live_until - overdue_from) || ' longer than allowed'
    || CASE WHEN disabled IS NULL THEN ', and was not disabled by the time of the assessment' ELSE '' END || '.' AS sentence,
  roster_ref AS ref,
  array_agg(ref) AS ref_sessions
FROM owned
WHERE terminated IS NOT NULL AND overdue_from < $period_to AND live_until > greatest(overdue_from, $period_from)
GROUP BY system, account, person, overdue_from, live_until, disabled, roster_ref
UNION ALL
-- Nobody can say whether the owner has left.
SELECT
  'possible' AS certainty,
  o.system || '/' || o.account AS subject,
  o.created AS began,
  o.disabled AS ended,
  'The account on ' || o.system || ' belongs to ' || coalesce(o.person, 'nobody named')
    || ', whom the roster does not list.' AS sentence,
  o.ref AS ref,
  array_agg(a.ref) AS ref_sessions
FROM owned AS o
LEFT JOIN attributed AS a ON a.account_ref = o.ref
WHERE o.roster_ref IS NULL
  AND (a.ref IS NOT NULL OR o.created < $period_to AND o.live_until > $period_from)
GROUP BY o.system, o.account, o.person, o.created, o.disabled, o.ref
UNION ALL
-- A session that no listed account or no listed person explains.
SELECT
  'possible' AS certainty,
  s.account AS subject,
  min(s.ts) AS began,
  max(s.ts) AS ended,
  'The account ' || s.account || ' was used ' || count(*)
    || CASE WHEN count(*) = 1 THEN ' time' ELSE ' times' END || ', and '
    || CASE WHEN max(l.human) IS NULL THEN 'no system lists it' ELSE 'the roster does not list who used it' END || '.'
    AS sentence,
  NULL AS ref,
  array_agg(s.ref) AS ref_sessions
FROM sessions AS s
LEFT JOIN hr_roster AS r ON r.person = s.person
LEFT JOIN listed AS l ON l.account = s.account
WHERE l.account IS NULL OR (l.human = 1 AND r.person IS NULL)
GROUP BY s.account
