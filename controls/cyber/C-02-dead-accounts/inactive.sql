-- name: population
SELECT expected, examined FROM account_coverage

-- name: exceptions
-- A session is on the host's own account of that name. A host without one takes its accounts from elsewhere,
-- and then it is a sign of life of every account of that name.
WITH sessions AS (
  SELECT s.ts, s.account, s.ref, own.system AS home
  FROM auth_events AS s
  LEFT JOIN iam_graph AS own ON own.system = s.host AND own.account = s.account
  WHERE s.result = 'success'
),
attributed AS (
  SELECT
    g.ref AS account_ref, s.ts, s.ref,
    row_number() OVER (PARTITION BY g.ref ORDER BY s.ts DESC, s.ref DESC) AS place
  FROM sessions AS s
  JOIN iam_graph AS g USING (account)
  WHERE g.system = coalesce(s.home, g.system)
),
idle AS (
  SELECT
    g.system, g.account, g.disabled, g.last_used, g.ref, a.ref AS session_ref,
    coalesce(g.disabled, $as_of) AS live_until,
    -- greatest() passes over what is empty: an account never used has been idle since it was made.
    greatest(g.created, g.last_used, a.ts) AS last_sign
  FROM iam_graph AS g
  LEFT JOIN attributed AS a ON a.account_ref = g.ref AND a.place = 1
  WHERE g.kind = 'human'
)
SELECT
  'violation' AS certainty,
  system || '/' || account AS subject,
  last_sign + $inactive_limit + $grace AS began,
  disabled AS ended,
  'The account ' || account || ' on ' || system || ' could be used though it had been idle for '
    || spoken(live_until - last_sign)
    || CASE WHEN last_used IS NULL AND session_ref IS NULL THEN ' since it was made, without any use on record' ELSE '' END || '.'
    AS sentence,
  ref AS ref,
  session_ref AS ref_session
FROM idle
WHERE last_sign + $inactive_limit + $grace < $period_to
  AND live_until > greatest(last_sign + $inactive_limit + $grace, $period_from)
