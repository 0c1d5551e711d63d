-- Reading runs, and the few things about them that people edit. Every read of a run has the same
-- columns: the wide row, the narrow row, the current state from the history, and of a run of a deployment what ties it to
-- that, which is looked up for no other run.

-- name: get_runs
-- Runs by id, with their parameters. They are looked up by their keys, whatever the planner thinks of the namespace.
SELECT r.id, r.namespace, r.kind, r.name, r.definition, r.definition_version, r.parent_id, r.due_time,
  r.parameters, r.dependencies, r.labels, r.tags, r.timeout_us, r.heartbeat_us, r.created_by,
  r.trace_parent, r.create_time, r.etag,
  s.root_id, s.content_digest, s.state_type, s.state_name, s.epoch, s.execution_id, s.session_id,
  s.last_seq, s.revision, s.attempt, s.start_time, s.end_time, s.transition_time, s.running_us,
  s.is_presumptive, s.due_time, s.policy, s.tally,
  h.message, h.detail, h.observed_time,
  (SELECT jsonb_agg(jsonb_build_array(p.key, p.input_schema, p.input) ORDER BY p.time, p.key)
   FROM run_pause p WHERE p.run_id = r.id),
  (SELECT i.imported_by FROM run_import i WHERE i.run_id = r.id), d.*
FROM (SELECT * FROM run WHERE id = ANY ($1::uuid[]) OFFSET 0) r JOIN run_state s ON s.id = r.id
LEFT JOIN run_transition h ON h.run_id = s.id AND h.revision = s.revision
LEFT JOIN LATERAL (
  SELECT d.deployment_id, d.version, p.name AS pool, q.name AS queue, d.schedule_id, d.schedule_time, d.backfill_id,
    d.job_variables, coalesce(k.name, d.worker) AS worker
  FROM run_deployment d LEFT JOIN pool p ON p.id = d.pool_id LEFT JOIN queue q ON q.id = d.queue_id
  LEFT JOIN work_item i ON i.run_id = d.run_id LEFT JOIN worker k ON k.id = i.worker_id
  WHERE s.policy ? 'placed' AND d.run_id = s.id OFFSET 0
) d ON true
WHERE r.namespace = $2::text

-- name: list_runs
-- A page of runs; the program fills in walk, condition, order and limit, values always bound. The walk is bounded, and
-- each of its runs is looked up by its key, whatever the planner thinks of the condition; a choice in the order of the walk
-- ends as soon as the page is full.
SELECT r.id, r.namespace, r.kind, r.name, r.definition, r.definition_version, r.parent_id, r.due_time,
  CASE WHEN $2::boolean THEN r.parameters END, r.dependencies, r.labels, r.tags, r.timeout_us,
  r.heartbeat_us, r.created_by, r.trace_parent, r.create_time, r.etag,
  s.root_id, s.content_digest, s.state_type, s.state_name, s.epoch, s.execution_id, s.session_id,
  s.last_seq, s.revision, s.attempt, s.start_time, s.end_time, s.transition_time, s.running_us,
  s.is_presumptive, s.due_time, s.policy, s.tally,
  h.message, CASE WHEN $2::boolean THEN h.detail ELSE h.detail - 'traceback' #- '{failed,traceback}' END, h.observed_time, NULL::jsonb,
  NULL::text, d.*
FROM (
  SELECT r.id
  FROM (SELECT r.id, r.create_time FROM run r WHERE r.namespace = $1::text LIMIT 100 /* walk */) w
  CROSS JOIN LATERAL (SELECT * FROM run r WHERE r.id = w.id OFFSET 0) r
  CROSS JOIN LATERAL (SELECT * FROM run_state s WHERE s.id = w.id OFFSET 0) s
  WHERE r.namespace = $1::text AND true /* condition */
  ORDER BY w.id /* order of the choice */
  LIMIT 100 /* limit */
) m
CROSS JOIN LATERAL (SELECT * FROM run r WHERE r.id = m.id OFFSET 0) r
CROSS JOIN LATERAL (SELECT * FROM run_state s WHERE s.id = m.id OFFSET 0) s
LEFT JOIN LATERAL (SELECT * FROM run_transition h
  WHERE h.run_id = m.id AND h.revision = s.revision OFFSET 0) h ON true
LEFT JOIN LATERAL (
  SELECT d.deployment_id, d.version, p.name AS pool, q.name AS queue, d.schedule_id, d.schedule_time, d.backfill_id,
    d.job_variables, coalesce(k.name, d.worker) AS worker
  FROM run_deployment d LEFT JOIN pool p ON p.id = d.pool_id LEFT JOIN queue q ON q.id = d.queue_id
  LEFT JOIN work_item i ON i.run_id = d.run_id LEFT JOIN worker k ON k.id = i.worker_id
  WHERE s.policy ? 'placed' AND d.run_id = s.id OFFSET 0
) d ON true
ORDER BY r.id /* order */

-- name: end_run_walk
-- The last run of a walk that met its bound.
SELECT w.id, w.create_time
FROM (SELECT r.id, r.create_time FROM run r WHERE r.namespace = $1::text LIMIT 100 /* walk */) w
ORDER BY w.id /* order */
OFFSET 100 /* bound */ - 1 LIMIT 1

-- name: count_run_walk
-- How many runs a walk has.
SELECT count(*)
FROM (SELECT r.id, r.create_time FROM run r WHERE r.namespace = $1::text LIMIT 100 /* walk */) w

-- name: count_runs
-- Counts those of the newest runs that meet a condition, by group, with how long they have run and how late they were;
-- beside them how many were looked at. What runs or waits still does so until now.
SELECT CASE WHEN $2::boolean THEN r.kind END, CASE WHEN $3::boolean THEN s.state_type END,
  CASE WHEN $4::boolean THEN s.state_name END, CASE WHEN $5::boolean THEN r.definition END,
  CASE WHEN $6::boolean THEN date_trunc('hour', r.create_time, 'UTC') END,
  CASE WHEN $7::boolean THEN date_trunc('hour', s.start_time, 'UTC') END,
  CASE $8::smallint
    WHEN 1 THEN date_bin($9::bigint * interval '1 microsecond', coalesce(r.due_time, r.create_time), $10::timestamptz)
    WHEN 2 THEN date_bin($9::bigint * interval '1 microsecond', s.start_time, $10::timestamptz) END,
  CASE WHEN $11::boolean THEN (SELECT d.deployment_id FROM run_deployment d WHERE d.run_id = r.id) END,
  CASE WHEN $12::boolean THEN r.parent_id END,
  count(*) FILTER (WHERE true /* condition */), count(*),
  coalesce(sum(s.running_us + CASE WHEN s.state_type = 3
    THEN greatest(0, extract(epoch FROM clock_timestamp() - s.transition_time) * 1000000) ELSE 0 END)
    FILTER (WHERE true /* condition */), 0)::bigint,
  coalesce(sum(greatest(0, extract(epoch FROM coalesce(s.start_time, CASE WHEN s.state_type < 6 THEN clock_timestamp() END)
    - coalesce(r.due_time, r.create_time)) * 1000000)) FILTER (WHERE true /* condition */), 0)::bigint
FROM (SELECT r.id, r.create_time FROM run r WHERE r.namespace = $1::text LIMIT 100 /* walk */) w
CROSS JOIN LATERAL (SELECT * FROM run r WHERE r.id = w.id OFFSET 0) r
CROSS JOIN LATERAL (SELECT * FROM run_state s WHERE s.id = w.id OFFSET 0) s
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9

-- name: sum_run_counts
-- Counts of all runs of a namespace by kind and state, from the rollup.
SELECT kind, state_type, sum(runs)::bigint FROM (
  SELECT kind, state_type, runs FROM run_count WHERE namespace = $1::text
  UNION ALL
  SELECT kind, to_type, runs FROM run_count_change WHERE namespace = $1::text
  UNION ALL
  SELECT kind, from_type, -runs FROM run_count_change
  WHERE namespace = $1::text AND from_type IS NOT NULL
) n
GROUP BY 1, 2 HAVING sum(runs) <> 0

-- name: fold_run_counts
-- Folds changes into the sums. One replica at a time: the lock is held until the commit.
WITH one AS MATERIALIZED (
  SELECT pg_try_advisory_xact_lock(7239846120011) AS mine
), old AS (
  DELETE FROM run_count_change WHERE (SELECT mine FROM one)
  RETURNING namespace, kind, from_type, to_type, runs
), change AS (
  SELECT namespace, kind, to_type AS state_type, runs FROM old
  UNION ALL
  SELECT namespace, kind, from_type, -runs FROM old WHERE from_type IS NOT NULL
), folded AS (
  INSERT INTO run_count AS c (namespace, kind, state_type, runs)
  SELECT namespace, kind, state_type, sum(runs) FROM change GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT (namespace, kind, state_type) DO UPDATE SET runs = c.runs + excluded.runs
)
SELECT count(*) FROM old

-- name: lock_recount
-- One recount at a time: what two found at once would be mended twice. Every run is read, which takes long.
SELECT pg_try_advisory_xact_lock(7239846120012), set_config('statement_timeout', $1::text, true)

-- name: recount_runs
-- Mends the sums by what a full count says, and tells by how much. What is committed meanwhile changes both alike.
WITH wrong AS MATERIALIZED (
  SELECT namespace, kind, state_type, sum(runs)::bigint AS missing FROM (
    SELECT namespace, kind, state_type, count(*) AS runs FROM run_state GROUP BY 1, 2, 3
    UNION ALL
    SELECT namespace, kind, state_type, -runs FROM run_count
    UNION ALL
    SELECT namespace, kind, to_type, -runs FROM run_count_change
    UNION ALL
    SELECT namespace, kind, from_type, runs FROM run_count_change WHERE from_type IS NOT NULL
  ) n GROUP BY 1, 2, 3 HAVING sum(runs) <> 0
), mended AS (
  INSERT INTO run_count AS c (namespace, kind, state_type, runs)
  SELECT namespace, kind, state_type, missing FROM wrong ORDER BY 1, 2, 3
  ON CONFLICT (namespace, kind, state_type) DO UPDATE SET runs = c.runs + excluded.runs
)
SELECT namespace, kind, state_type, missing FROM wrong ORDER BY 1, 2, 3

-- name: list_transitions
-- History of one run, oldest first.
SELECT h.run_id, h.revision, h.namespace, h.from_type, h.from_name, h.to_type, h.to_name, h.message,
  h.detail, h.epoch, h.execution_id, h.seq, h.reason, h.rule, h.actor, h.attempt, h.time,
  h.observed_time
FROM run_transition h
WHERE h.run_id = $1::uuid AND h.namespace = $2::text AND h.revision > $3::bigint
ORDER BY h.revision LIMIT $4::bigint

-- name: update_run
-- Edits the wide row where the etag matches; a null leaves the column alone.
UPDATE run SET name = coalesce($4::text, name), labels = coalesce($5::jsonb, labels),
  tags = coalesce($6::text[], tags), definition_version = coalesce($7::text, definition_version),
  parameters = CASE WHEN $8::boolean THEN $9::jsonb ELSE parameters END, etag = etag + 1
WHERE id = $1::uuid AND namespace = $2::text AND ($3::bigint IS NULL OR etag = $3::bigint)

-- name: lock_run_state
-- Holds a run's transitions back while what they depend on is changed.
SELECT id FROM run_state WHERE id = $1::uuid FOR NO KEY UPDATE

-- name: update_job_variables
-- Gives a locked run other values for the template of its pool where the etag matches, and tells whether it was one that
-- nobody was offered yet. Nothing for a run that is not there, or has another etag.
WITH asked AS MATERIALIZED (
  SELECT r.id, s.state_type = 1 AND EXISTS (SELECT FROM run_deployment d WHERE d.run_id = r.id) AS is_waiting
  FROM run r JOIN run_state s ON s.id = r.id
  WHERE r.id = $1::uuid AND r.namespace = $2::text AND ($3::bigint IS NULL OR r.etag = $3::bigint)
  FOR NO KEY UPDATE OF r
), edited AS (
  UPDATE run_deployment d SET job_variables = $4::text FROM asked a WHERE d.run_id = a.id AND a.is_waiting
)
SELECT is_waiting FROM asked

-- name: update_retry
-- Says of a locked run how it is tried again, not at all when null; what is remembered of the run is then outdated.
UPDATE run_state SET policy = CASE WHEN $2::jsonb IS NULL THEN coalesce(policy, '{}') - 'retry'
    ELSE jsonb_set(coalesce(policy, '{}'), '{retry}', $2::jsonb) END
  || jsonb_build_object('edition', coalesce((policy ->> 'edition')::integer, 0) + 1)
WHERE id = $1::uuid

-- name: get_run_etag
-- Tells a run that is not there from one with another etag.
SELECT etag FROM run WHERE id = $1::uuid AND namespace = $2::text

-- name: list_children
-- Children of a run that have not ended, in id order, among the next $4 children after one; at last, where these were too
-- few to tell of all, the child up to which was looked.
WITH walk AS MATERIALIZED (
  SELECT r.id FROM run r WHERE r.parent_id = $1::uuid AND ($2::uuid IS NULL OR r.id > $2::uuid)
  ORDER BY r.id LIMIT $4::bigint
), open AS MATERIALIZED (
  SELECT w.id FROM walk w
  CROSS JOIN LATERAL (SELECT FROM run_state s WHERE s.id = w.id AND s.state_type < 6 OFFSET 0) s
  ORDER BY w.id LIMIT $3::bigint
)
SELECT id, true FROM open
UNION ALL
SELECT (SELECT id FROM walk ORDER BY id DESC LIMIT 1), false
WHERE (SELECT count(*) FROM open) < $3::bigint AND (SELECT count(*) FROM walk) = $4::bigint
