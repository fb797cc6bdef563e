-- streams: pacs_events, portals, zones
-- derived: reads
-- Who was in which zone, as stays over [began, ended). This is the one stated meaning of a missing read:
-- between two reads that disagree the person was in one of the two zones, we do not know which or until when.
WITH exported AS (
  SELECT min(ts) AS first_ts, max(ts) AS last_ts FROM pacs_events
),
successive AS (
  SELECT
    person, ts, ref, zone_before, zone_after, known,
    lag(ref) OVER person_in_time AS previous_ref,
    lead(ts) OVER person_in_time AS next_ts,
    lead(ref) OVER person_in_time AS next_ref,
    lead(zone_before) OVER person_in_time AS next_zone_before,
    lead(known) OVER person_in_time AS next_known
  FROM reads
  WINDOW person_in_time AS (PARTITION BY person ORDER BY ts, ref)
),
stays AS (
  SELECT
    person, zone_after AS zone, ts AS began, next_ts AS ended,
    next_zone_before = zone_after AND known AND next_known AS certain, ref AS ref_in, next_ref AS ref_out
  FROM successive
  WHERE next_ref IS NOT NULL
  UNION ALL
  SELECT person, next_zone_before, ts, next_ts, false, ref, next_ref
  FROM successive
  WHERE next_zone_before <> zone_after
  UNION ALL
  SELECT s.person, s.zone_before, e.first_ts, s.ts, false, CAST(NULL AS BIGINT), s.ref
  FROM successive AS s
  CROSS JOIN exported AS e
  WHERE s.previous_ref IS NULL
  UNION ALL
  SELECT s.person, s.zone_after, s.ts, e.last_ts, false, s.ref, CAST(NULL AS BIGINT)
  FROM successive AS s
  CROSS JOIN exported AS e
  WHERE s.next_ref IS NULL
)
SELECT s.person, s.zone, s.began, s.ended, s.certain, s.ref_in, s.ref_out
FROM stays AS s
LEFT JOIN zones AS z ON z.zone = s.zone
-- A zone missing from the floor plan is kept: nothing says that it is outside.
WHERE s.began < s.ended AND coalesce(z.kind, '') <> 'outside'
ORDER BY s.began, s.person, s.zone, s.ended
