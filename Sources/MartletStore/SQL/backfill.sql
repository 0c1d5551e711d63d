-- Backfills: ranges of schedules that are made up for.

-- name: insert_backfill
-- Begins a backfill; no row when there is one of its id.
INSERT INTO backfill (id, namespace, deployment_id, schedule_id, from_time, to_time, only_missing, max_parallel,
  newest_first, parameters, state, times, created_by, create_time)
VALUES ($1::uuid, $2::text, $3::uuid, $4::uuid, $5::timestamptz, $6::timestamptz, $7::boolean, $8::integer, $9::boolean,
  $10::text, 1, $11::bigint, $12::text, clock_timestamp())
ON CONFLICT (id) DO NOTHING RETURNING id

-- name: get_backfills
-- Backfills by their ids, with the states of their runs that have ended.
SELECT b.id, b.namespace, b.deployment_id, b.schedule_id, coalesce(s.slug, ''), b.from_time, b.to_time, b.only_missing,
  b.max_parallel, b.newest_first, b.parameters, b.state, b.times, b.runs, b.created_by, b.create_time, b.end_time,
  ARRAY(SELECT r.state_type || '=' || count(*) FROM run_deployment d JOIN run_state r ON r.id = d.run_id
    WHERE d.backfill_id = b.id AND r.state_type >= 6 GROUP BY r.state_type ORDER BY r.state_type)
FROM backfill b LEFT JOIN schedule s ON s.id = b.schedule_id
WHERE b.id = ANY ($1::uuid[]) AND b.namespace = $2::text ORDER BY b.id DESC

-- name: list_backfills
-- The ids of backfills before one, the newest first.
SELECT b.id FROM backfill b
WHERE b.namespace = $1::text AND ($2::uuid IS NULL OR b.deployment_id = $2::uuid)
  AND ($3::uuid IS NULL OR b.id < $3::uuid)
ORDER BY b.id DESC LIMIT $4::bigint

-- name: lock_backfill
-- Locks a backfill, against whoever makes or lets go runs of it.
SELECT b.state FROM backfill b WHERE b.id = $1::uuid AND b.namespace = $2::text FOR UPDATE

-- name: end_backfill
-- Ends a backfill that goes on.
UPDATE backfill SET state = $2::smallint, end_time = greatest(clock_timestamp(), create_time), taken_until = NULL
WHERE id = $1::uuid AND state = 1

-- name: list_backfill_items
-- Runs of a backfill that have not ended: those that have not been let go, or the others.
SELECT w.run_id FROM work_item w WHERE w.backfill_id = $1::uuid AND (w.gate = 3) = $2::boolean ORDER BY w.run_id

-- name: take_backfills
-- Takes backfills that go on and that nobody has in hand.
UPDATE backfill SET taken_until = clock_timestamp() + $2::bigint * interval '1 microsecond'
WHERE id IN (
  SELECT b.id FROM backfill b WHERE b.state = 1 AND b.id > $3::uuid
    AND (b.taken_until IS NULL OR b.taken_until < clock_timestamp()
      OR b.taken_until > clock_timestamp() + $2::bigint * interval '1 microsecond')
  ORDER BY b.id LIMIT $1::bigint FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id, namespace, schedule_id, from_time, to_time, only_missing, max_parallel, newest_first, parameters,
  made_until, taken_until, create_time,
  (SELECT count(*) FROM work_item w WHERE w.backfill_id = backfill.id AND w.gate = 3)

-- name: take_backfill_marks
-- Forgets which backfills had runs end: all that go on are looked at.
DELETE FROM schedule_mark WHERE number IN (
  SELECT m.number FROM schedule_mark m WHERE m.backfill_id IS NOT NULL ORDER BY m.number LIMIT $1::bigint
  FOR UPDATE SKIP LOCKED)

-- name: find_made_ticks
-- Which times of a schedule have a run, of whatever form of it; runs that never were to start count for none.
SELECT DISTINCT d.schedule_time FROM run_deployment d JOIN run_state r ON r.id = d.run_id
WHERE d.schedule_id = $1::uuid AND d.schedule_time = ANY ($2::timestamptz[])
  AND d.backfill_id IS DISTINCT FROM $3::uuid AND r.state_name NOT IN ('Missed', 'Skipped')

-- name: advance_backfill
-- Moves a backfill on that is still in the same hands; says whether it was.
UPDATE backfill SET made_until = $3::timestamptz, runs = runs + $4::bigint
WHERE id = $1::uuid AND taken_until = $2::timestamptz AND state = 1 RETURNING id

-- name: open_backfill_items
-- Lets runs of a backfill go while fewer than its number have begun, in its order; then it is in nobody's hands. When all
-- times are made ($3) and no run is left, it is done.
WITH held AS (
  UPDATE backfill SET taken_until = NULL,
    state = CASE WHEN $3::boolean AND NOT EXISTS (SELECT FROM work_item w WHERE w.backfill_id = $1::uuid) THEN 2 ELSE 1 END,
    end_time = CASE WHEN $3::boolean AND NOT EXISTS (SELECT FROM work_item w WHERE w.backfill_id = $1::uuid)
      THEN greatest(clock_timestamp(), create_time) END
  WHERE id = $1::uuid AND taken_until = $2::timestamptz AND state = 1
  RETURNING id, max_parallel, newest_first
), chosen AS (
  SELECT w.run_id FROM held h JOIN work_item w ON w.backfill_id = h.id JOIN run_deployment d ON d.run_id = w.run_id
  WHERE w.gate = 3
  ORDER BY CASE WHEN h.newest_first THEN d.schedule_time END DESC, d.schedule_time
  LIMIT greatest(0, (SELECT h.max_parallel - (SELECT count(*) FROM work_item o WHERE o.backfill_id = h.id AND o.gate <> 3)
    FROM held h))
)
UPDATE work_item w SET gate = 0 FROM chosen c WHERE w.run_id = c.run_id RETURNING w.run_id
