-- What the scheduler does with schedules: it takes those that are due for a while, and moves on what it has made and let go.

-- name: next_schedule_wake
-- How long until a schedule is due, and whether runs have ended that another may have waited for.
SELECT (extract(epoch FROM (SELECT min(s.wake_time) FROM schedule s WHERE s.wake_time IS NOT NULL) - clock_timestamp())
  * 1000000)::bigint, EXISTS (SELECT FROM schedule_mark m WHERE m.schedule_id IS NOT NULL)

-- name: wake_marked_schedules
-- Has schedules looked at of which a run has ended that another may wait for. A scheduler that has one in hand sees by the
-- other wake time that it must look again.
WITH gone AS (
  DELETE FROM schedule_mark WHERE number IN (
    SELECT m.number FROM schedule_mark m WHERE m.schedule_id IS NOT NULL ORDER BY m.number LIMIT $1::bigint
    FOR UPDATE SKIP LOCKED)
  RETURNING schedule_id
)
UPDATE schedule s SET wake_time = clock_timestamp() WHERE s.id = ANY (ARRAY(SELECT g.schedule_id FROM gone g))

-- name: take_schedules
-- Takes schedules that are due, those first that have been so longest. One that is taken for longer than anybody takes one
-- was so before the clock went back.
UPDATE schedule s SET taken_until = clock_timestamp() + $2::bigint * interval '1 microsecond'
WHERE s.id = ANY (ARRAY(
  SELECT w.id FROM schedule w WHERE w.wake_time <= statement_timestamp()
    AND (w.taken_until IS NULL OR w.taken_until < clock_timestamp()
      OR w.taken_until > clock_timestamp() + $2::bigint * interval '1 microsecond')
  ORDER BY w.wake_time LIMIT $1::bigint FOR NO KEY UPDATE SKIP LOCKED))
RETURNING s.id, s.namespace, s.deployment_id, s.spec, s.is_paused, s.is_held, s.generation, s.since, s.made_until,
  s.fired_until, s.wake_time, s.taken_until, s.error, clock_timestamp()

-- name: get_schedule_row
-- One schedule, as take_schedules returns it.
SELECT s.id, s.namespace, s.deployment_id, s.spec, s.is_paused, s.is_held, s.generation, s.since, s.made_until,
  s.fired_until, coalesce(s.wake_time, clock_timestamp()), coalesce(s.taken_until, clock_timestamp()), s.error,
  clock_timestamp()
FROM schedule s WHERE s.id = $1::uuid

-- name: read_targets
-- What new runs of deployments are made of; the specification only where the version is another than the known one.
SELECT d.id, d.flow, d.name, d.version, d.pool_id, d.queue_id,
  CASE WHEN n.version IS DISTINCT FROM d.version THEN v.spec END
FROM unnest($1::uuid[], $2::bigint[]) AS n (id, version) JOIN deployment d ON d.id = n.id
JOIN deployment_version v ON v.deployment_id = d.id AND v.number = d.version

-- name: read_schedule_items
-- Runs of schedules that have not ended, but for backfills; of those that are undecided the ones that are due. Those that
-- were let go are read of some schedules only: where each starts beside the others, many may be there.
SELECT w.schedule_id, w.run_id, d.schedule_time, w.due, w.gate
FROM (
  SELECT i.schedule_id, i.run_id, i.due, i.gate, i.backfill_id FROM work_item i
  WHERE i.schedule_id = ANY ($1::uuid[]) AND i.gate = 1 AND i.due <= $2::timestamptz
  UNION ALL
  SELECT i.schedule_id, i.run_id, i.due, i.gate, i.backfill_id FROM work_item i
  WHERE i.schedule_id = ANY ($1::uuid[]) AND i.gate = 2
  UNION ALL
  SELECT i.schedule_id, i.run_id, i.due, i.gate, i.backfill_id FROM work_item i
  WHERE i.schedule_id = ANY ($3::uuid[]) AND i.gate = 0
) w JOIN run_deployment d ON d.run_id = w.run_id
WHERE w.backfill_id IS NULL

-- name: move_gates
-- Lets runs go, or has them wait for others to end, where they have not been let go.
UPDATE work_item w SET gate = n.gate
FROM (
  SELECT i.run_id, m.gate FROM unnest($1::uuid[], $2::smallint[]) AS m (run_id, gate)
  JOIN work_item i ON i.run_id = m.run_id WHERE i.gate IN (1, 2) ORDER BY i.run_id FOR NO KEY UPDATE OF i
) n
WHERE w.run_id = n.run_id

-- name: advance_schedules
-- Moves schedules on that nobody has changed or taken over since they were taken: the next look is at the given time, or when
-- the next undecided run is due, or at once where a mark asked for it meanwhile. What is over is not looked at again.
UPDATE schedule s SET made_until = greatest(s.made_until, n.made_until),
  fired_until = greatest(s.fired_until, n.fired_until),
  wake_time = CASE WHEN s.wake_time IS DISTINCT FROM n.read_wake THEN s.wake_time
    ELSE least(n.wake, (SELECT min(w.due) FROM work_item w
      WHERE w.schedule_id = s.id AND w.gate = 1 AND w.backfill_id IS NULL)) END,
  taken_until = NULL, error = n.error
FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[],
  $7::timestamptz[], $8::text[]) AS n (id, generation, taken_until, made_until, fired_until, read_wake, wake, error)
WHERE s.id = n.id AND s.generation = n.generation AND s.taken_until = n.taken_until
RETURNING s.id

-- name: read_generations
-- Which form schedules have now, and from when on.
SELECT id, generation, since FROM schedule WHERE id = ANY ($1::uuid[])
