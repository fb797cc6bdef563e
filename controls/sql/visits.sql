-- streams: visitor_log
-- The visitor register, each visit with the same visitor's next one.
SELECT
  visit, visitor, host, identity_checked, badge, badge_returned, arrived, planned_until, departed, departure, ref,
  -- A visitor's reads and stays belong to the visit up to the next one; a sign-out nobody made ends nothing.
  lead(arrived) OVER (PARTITION BY visitor ORDER BY arrived, ref) AS next_arrived
FROM visitor_log
ORDER BY arrived, ref
