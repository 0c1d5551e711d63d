-- Schedules of deployments: what is kept of them, and how their deployment changes them. Whoever changes them has locked the
-- deployment.

-- name: lock_schedules
-- The schedules of a deployment, against schedulers that move on.
SELECT id, namespace, deployment_id, spec, is_paused, is_held, generation, fired_until, error, create_time
FROM schedule WHERE deployment_id = $1::uuid ORDER BY id FOR UPDATE

-- name: read_schedules
-- The schedules of some deployments, by their slugs.
SELECT id, namespace, deployment_id, spec, is_paused, is_held, generation, fired_until, error, create_time
FROM schedule WHERE deployment_id = ANY ($1::uuid[]) ORDER BY deployment_id, slug

-- name: insert_schedules
-- Begins schedules: their times count from now.
INSERT INTO schedule (id, namespace, deployment_id, slug, spec, is_paused, is_held, made_until, fired_until, since,
  wake_time, create_time)
SELECT id, $5::text, $6::uuid, slug, spec, is_paused, is_paused OR $7::boolean, $8::timestamptz, $8::timestamptz,
  $8::timestamptz, CASE WHEN is_paused OR $7::boolean THEN NULL ELSE $8::timestamptz END, $8::timestamptz
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[]) AS n (id, slug, spec, is_paused)

-- name: change_schedules
-- Writes schedules that change. A scheduler looks at each at once: it lets go what is left of the form before, and makes what
-- is new. Without a time only the pause is noted.
UPDATE schedule s SET spec = n.spec, is_paused = n.is_paused, is_held = n.is_held, generation = n.generation,
  made_until = coalesce(n.since, s.made_until), fired_until = coalesce(n.since, s.fired_until),
  since = coalesce(n.since, s.since), wake_time = CASE WHEN n.since IS NULL THEN s.wake_time ELSE $7::timestamptz END,
  taken_until = NULL, error = ''
FROM unnest($1::uuid[], $2::text[], $3::boolean[], $4::boolean[], $5::bigint[], $6::timestamptz[])
  AS n (id, spec, is_paused, is_held, generation, since)
WHERE s.id = n.id

-- name: delete_schedules
-- Ends schedules and the backfills that go on for them.
WITH gone AS (
  DELETE FROM schedule WHERE id = ANY ($1::uuid[]) RETURNING id
)
UPDATE backfill b SET state = 3, end_time = greatest(clock_timestamp(), b.create_time), taken_until = NULL
FROM gone g WHERE b.schedule_id = g.id AND b.state = 1

-- name: find_waiting_runs
-- Runs of schedules that have not been let go: of times after one, or all that wait where none is given.
SELECT w.run_id FROM unnest($1::uuid[], $2::timestamptz[]) AS n (id, after)
JOIN work_item w ON w.schedule_id = n.id JOIN run_deployment d ON d.run_id = w.run_id
WHERE w.standing = 1 AND w.gate <> 0 AND (n.after IS NULL OR (w.gate = 1 AND d.schedule_time > n.after))
ORDER BY w.run_id

-- name: read_clock
-- Postgres's time.
SELECT clock_timestamp()
