-- streams: iam_graph, dcim
-- One row: how many accounts of people there should be to look at, and how many the systems' lists let one look at.
SELECT
  (SELECT count(*) FROM iam_graph WHERE kind = 'human')
  -- A system that keeps accounts and delivered none is one thing expected and not seen.
  + (SELECT count(*) FROM dcim AS d
     WHERE d.status = 'active' AND d.keeps_accounts
       AND NOT EXISTS (SELECT g.account FROM iam_graph AS g WHERE g.system = d.asset)) AS expected,
  (SELECT count(*) FROM iam_graph WHERE kind = 'human') AS examined
