-- Reading runs, and the few things about them that people edit. Every read of a run has the same
-- columns: the wide row, the narrow row, the current state from the history.

-- name: get_runs
-- Runs by id, with their parameters.
SELECT r.id, r.namespace, r.kind, r.name, r.definition, r.definition_version, r.parent_id, r.due_time,
  r.parameters, r.dependencies, r.labels, r.tags, r.timeout_us, r.heartbeat_us, r.created_by,
  r.trace_parent, r.create_time, r.etag,
  s.root_id, s.content_digest, s.state_type, s.state_name, s.epoch, s.execution_id, s.session_id,
  s.last_seq, s.revision, s.attempt, s.start_time, s.end_time, s.transition_time, s.running_us,
  s.is_presumptive, s.due_time, s.policy, s.tally,
  h.message, h.detail, h.observed_time,
  (SELECT jsonb_agg(jsonb_build_array(p.key, p.input_schema, p.input) ORDER BY p.time, p.key)
   FROM run_pause p WHERE p.run_id = r.id)
FROM run r JOIN run_state s ON s.id = r.id
LEFT JOIN run_transition h ON h.run_id = s.id AND h.revision = s.revision
WHERE r.id = ANY ($1::uuid[]) AND r.namespace = $2::text

-- name: list_runs
-- A page of runs; the program fills in condition, order and limit, values always bound.
SELECT r.id, r.namespace, r.kind, r.name, r.definition, r.definition_version, r.parent_id, r.due_time,
  CASE WHEN $2::boolean THEN r.parameters END, r.dependencies, r.labels, r.tags, r.timeout_us,
  r.heartbeat_us, r.created_by, r.trace_parent, r.create_time, r.etag,
  s.root_id, s.content_digest, s.state_type, s.state_name, s.epoch, s.execution_id, s.session_id,
  s.last_seq, s.revision, s.attempt, s.start_time, s.end_time, s.transition_time, s.running_us,
  s.is_presumptive, s.due_time, s.policy, s.tally,
  h.message, CASE WHEN $2::boolean THEN h.detail ELSE h.detail - 'traceback' #- '{failed,traceback}' END, h.observed_time, NULL::jsonb
FROM run r JOIN run_state s ON s.id = r.id
LEFT JOIN run_transition h ON h.run_id = s.id AND h.revision = s.revision
WHERE r.namespace = $1::text AND true /* condition */
ORDER BY r.id /* order */
LIMIT 100 /* limit */

-- name: count_runs
-- Counts at most a bound of the newest runs that meet a condition, by group.
SELECT kind, state_type, state_name, definition, create_hour, start_hour, count(*)
FROM (
  SELECT CASE WHEN $2::boolean THEN r.kind END AS kind,
    CASE WHEN $3::boolean THEN s.state_type END AS state_type,
    CASE WHEN $4::boolean THEN s.state_name END AS state_name,
    CASE WHEN $5::boolean THEN r.definition END AS definition,
    CASE WHEN $7::boolean THEN date_trunc('hour', r.create_time, 'UTC') END AS create_hour,
    CASE WHEN $8::boolean THEN date_trunc('hour', s.start_time, 'UTC') END AS start_hour
  FROM run r JOIN run_state s ON s.id = r.id
  WHERE r.namespace = $1::text AND true /* condition */
  ORDER BY r.id DESC
  LIMIT $6::bigint
) n
GROUP BY 1, 2, 3, 4, 5, 6

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
  tags = coalesce($6::text[], tags), etag = etag + 1
WHERE id = $1::uuid AND namespace = $2::text AND ($3::bigint IS NULL OR etag = $3::bigint)

-- name: get_run_etag
-- Tells a run that is not there from one with another etag.
SELECT etag FROM run WHERE id = $1::uuid AND namespace = $2::text

-- name: list_children
-- Children of a run that have not ended, in id order.
SELECT r.id FROM run r JOIN run_state s ON s.id = r.id
WHERE r.parent_id = $1::uuid AND s.state_type < 6 AND ($2::uuid IS NULL OR r.id > $2::uuid)
ORDER BY r.id LIMIT $3::bigint
