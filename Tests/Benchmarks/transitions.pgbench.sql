-- Decides what transitions over the wire are measured against: the statements of the group commit,
-- word for word as in Sources/MartletStore/SQL/transition.sql, run by pgbench with bound parameters.
-- Each run of the script takes :size distinct runs of one session through their lives: created and
-- claimed, RUNNING, COMPLETED, each step one transaction: 3 x :size transitions.
-- Differences, each forced by pgbench: parameters are bound as text, not binary; BEGIN and the lock
-- are two round trips instead of one; what the lock reads is folded to one row, so that it costs no
-- traffic; the ids are made by one more statement. Nothing is decided: the values are constant.
-- Usage: psql -v size=1024 -f transitions.setup.sql DATABASE
--        PGOPTIONS='-c plan_cache_mode=force_generic_plan' \
--          pgbench -n -M prepared -D size=1024 -D loaded=0 -c 2 -T 10 \
--            -f transitions.pgbench.sql DATABASE
\if :loaded = 0
SELECT writes, namespaces, kinds, nulls, texts, names, objects, lists, pending, running, completed,
  pendings, runnings, completeds, zeros, ones, twos, threes, attempts0, attempts1, falses,
  rules, actors, executions, sessions
FROM bench_constant WHERE size = :size \gset
\set loaded 1
\endif
SELECT array_agg(id ORDER BY id) AS ids FROM (
  SELECT (left(uuid_from(clock_timestamp())::text, 14) || right(gen_random_uuid()::text, 22))::uuid AS id
  FROM generate_series(1, :size::int)) n \gset

BEGIN;
SELECT max(now) AS now, array_fill(max(now), ARRAY[:size::int]) AS times, count(id) AS found,
  sum(coalesce(revision, 0) + coalesce(epoch, 0) + coalesce(last_seq, 0) + coalesce(state_type, 0)) AS seen
FROM (
SELECT coalesce(u.id, p.id),
  coalesce(u.namespace, p.namespace), coalesce(u.kind, p.kind),
  coalesce(u.parent_id, p.parent_id), coalesce(u.root_id, p.root_id),
  coalesce(u.content_digest, p.content_digest),
  coalesce(u.state_type, p.state_type), coalesce(u.state_name, p.state_name),
  coalesce(u.epoch, p.epoch), coalesce(u.execution_id, p.execution_id),
  coalesce(u.session_id, p.session_id), coalesce(u.last_seq, p.last_seq),
  coalesce(u.revision, p.revision), coalesce(u.attempt, p.attempt),
  coalesce(u.start_time, p.start_time), coalesce(u.end_time, p.end_time),
  coalesce(u.transition_time, p.transition_time), coalesce(u.running_us, p.running_us),
  coalesce(u.is_presumptive, p.is_presumptive), coalesce(u.due_time, p.due_time),
  clock_timestamp()
FROM unnest(:ids::uuid[], :writes::boolean[]) AS w (id, writes)
LEFT JOIN LATERAL (
  SELECT * FROM run_state s WHERE s.id = w.id AND w.writes FOR NO KEY UPDATE
) u ON true
LEFT JOIN LATERAL (
  SELECT * FROM run_state s WHERE s.id = w.id AND NOT w.writes FOR SHARE
) p ON true
) l (id, namespace, kind, parent_id, root_id, content_digest, state_type, state_name, epoch, execution_id, session_id, last_seq, revision, attempt, start_time, end_time, transition_time, running_us, is_presumptive, due_time, now) \gset
\startpipeline
INSERT INTO run (id, namespace, kind, name, definition, definition_version, parent_id, root_id,
  due_time, parameters, dependencies, labels, tags, timeout_us, heartbeat_us, created_by,
  trace_parent, create_time)
SELECT id, namespace, kind, name, definition, definition_version, parent_id, root_id, due_time,
  parameters, dependencies, labels, tags::text[], timeout_us,
  heartbeat_us, created_by, trace_parent, create_time
FROM unnest(:ids::uuid[], :namespaces::text[], :kinds::smallint[], :names::text[], :names::text[], :texts::text[], :nulls::uuid[],
  :ids::uuid[], :nulls::timestamptz[], :nulls::jsonb[], :nulls::jsonb[], :objects::jsonb[], :lists::text[],
  :nulls::bigint[], :nulls::bigint[], :actors::text[], :texts::text[], :times::timestamptz[])
  AS n (id, namespace, kind, name, definition, definition_version, parent_id, root_id, due_time,
    parameters, dependencies, labels, tags, timeout_us, heartbeat_us, created_by, trace_parent,
    create_time);
INSERT INTO run_state (id, namespace, kind, parent_id, root_id, content_digest, state_type,
  state_name, epoch, execution_id, session_id, last_seq, revision, attempt, start_time, end_time,
  transition_time, running_us, is_presumptive, due_time)
SELECT * FROM unnest(:ids::uuid[], :namespaces::text[], :kinds::smallint[], :nulls::uuid[], :ids::uuid[], :ids::uuid[],
  :pending::smallint[], :pendings::text[], :ones::bigint[], :executions::uuid[], :sessions::uuid[], :ones::bigint[], :ones::bigint[],
  :attempts0::integer[], :nulls::timestamptz[], :nulls::timestamptz[], :times::timestamptz[], :zeros::bigint[],
  :falses::boolean[], :nulls::timestamptz[]);
INSERT INTO claim (run_id, namespace, session_id, epoch)
SELECT * FROM unnest(:ids::uuid[], :namespaces::text[], :sessions::uuid[], :ones::bigint[])
ON CONFLICT (run_id) DO UPDATE SET session_id = excluded.session_id, epoch = excluded.epoch;
WITH history AS (
  INSERT INTO run_transition (run_id, revision, namespace, from_type, from_name, to_type, to_name,
    message, detail, epoch, execution_id, seq, reason, rule, actor, attempt, time,
    observed_time)
  SELECT * FROM unnest(:ids::uuid[], :ones::bigint[], :namespaces::text[], :nulls::smallint[], :texts::text[],
    :pending::smallint[], :pendings::text[], :texts::text[], :nulls::jsonb[], :ones::bigint[], :executions::uuid[], :ones::bigint[],
    :nulls::text[], :rules::text[], :actors::text[], :attempts0::integer[], :times::timestamptz[],
    :nulls::timestamptz[])
), counts AS (
  INSERT INTO run_count_change (namespace, kind, from_type, to_type, runs)
  SELECT * FROM unnest(ARRAY['default']::text[], ARRAY[2]::smallint[], ARRAY[NULL]::smallint[], ARRAY[2]::smallint[], ARRAY[:size::int]::bigint[])
)
INSERT INTO feed (time, run_ids, revisions) VALUES (CASE WHEN NULL::bigint IS NULL
    OR :now::timestamptz BETWEEN clock_timestamp() - NULL::bigint * interval '1 microsecond'
      AND clock_timestamp() + NULL::bigint * interval '1 microsecond'
    OR refuse_stale('the time') IS NULL
  THEN :now::timestamptz END, :ids::uuid[], :ones::bigint[])
RETURNING clock_timestamp();
COMMIT;
\endpipeline

BEGIN;
SELECT max(now) AS now, array_fill(max(now), ARRAY[:size::int]) AS times, count(id) AS found,
  sum(coalesce(revision, 0) + coalesce(epoch, 0) + coalesce(last_seq, 0) + coalesce(state_type, 0)) AS seen
FROM (
SELECT coalesce(u.id, p.id),
  coalesce(u.namespace, p.namespace), coalesce(u.kind, p.kind),
  coalesce(u.parent_id, p.parent_id), coalesce(u.root_id, p.root_id),
  coalesce(u.content_digest, p.content_digest),
  coalesce(u.state_type, p.state_type), coalesce(u.state_name, p.state_name),
  coalesce(u.epoch, p.epoch), coalesce(u.execution_id, p.execution_id),
  coalesce(u.session_id, p.session_id), coalesce(u.last_seq, p.last_seq),
  coalesce(u.revision, p.revision), coalesce(u.attempt, p.attempt),
  coalesce(u.start_time, p.start_time), coalesce(u.end_time, p.end_time),
  coalesce(u.transition_time, p.transition_time), coalesce(u.running_us, p.running_us),
  coalesce(u.is_presumptive, p.is_presumptive), coalesce(u.due_time, p.due_time),
  clock_timestamp()
FROM unnest(:ids::uuid[], :writes::boolean[]) AS w (id, writes)
LEFT JOIN LATERAL (
  SELECT * FROM run_state s WHERE s.id = w.id AND w.writes FOR NO KEY UPDATE
) u ON true
LEFT JOIN LATERAL (
  SELECT * FROM run_state s WHERE s.id = w.id AND NOT w.writes FOR SHARE
) p ON true
) l (id, namespace, kind, parent_id, root_id, content_digest, state_type, state_name, epoch, execution_id, session_id, last_seq, revision, attempt, start_time, end_time, transition_time, running_us, is_presumptive, due_time, now) \gset
SELECT count(id) AS parents FROM (
SELECT p.id, p.namespace, p.kind, p.parent_id, p.root_id, p.content_digest, p.state_type,
  p.state_name, p.epoch, p.execution_id, p.session_id, p.last_seq, p.revision, p.attempt,
  p.start_time, p.end_time, p.transition_time, p.running_us, p.is_presumptive, p.due_time
FROM run_state p WHERE p.id IN (
  SELECT c.parent_id FROM run_state c WHERE c.id = ANY (:ids::uuid[]) AND c.parent_id IS NOT NULL)
) p \gset
\startpipeline
UPDATE run_state s SET state_type = n.state_type, state_name = n.state_name, epoch = n.epoch,
  execution_id = n.execution_id, session_id = n.session_id, last_seq = n.last_seq,
  revision = CASE WHEN s.revision = n.read_revision AND s.last_seq = n.read_seq THEN n.revision
    ELSE refuse_stale('run ' || n.id) END,
  attempt = n.attempt, start_time = n.start_time, end_time = n.end_time,
  transition_time = n.transition_time, running_us = n.running_us,
  is_presumptive = n.is_presumptive, due_time = n.due_time
FROM unnest(:ids::uuid[], :ones::bigint[], :ones::bigint[], :running::smallint[], :runnings::text[], :ones::bigint[], :executions::uuid[],
  :sessions::uuid[], :twos::bigint[], :twos::bigint[], :attempts1::integer[], :times::timestamptz[], :nulls::timestamptz[],
  :times::timestamptz[], :zeros::bigint[], :falses::boolean[], :nulls::timestamptz[])
  AS n (id, read_revision, read_seq, state_type, state_name, epoch, execution_id, session_id, last_seq,
    revision, attempt, start_time, end_time, transition_time, running_us, is_presumptive, due_time)
WHERE s.id = n.id;
WITH history AS (
  INSERT INTO run_transition (run_id, revision, namespace, from_type, from_name, to_type, to_name,
    message, detail, epoch, execution_id, seq, reason, rule, actor, attempt, time,
    observed_time)
  SELECT * FROM unnest(:ids::uuid[], :twos::bigint[], :namespaces::text[], :pending::smallint[], :pendings::text[],
    :running::smallint[], :runnings::text[], :texts::text[], :nulls::jsonb[], :ones::bigint[], :executions::uuid[], :twos::bigint[],
    :nulls::text[], :rules::text[], :actors::text[], :attempts1::integer[], :times::timestamptz[],
    :nulls::timestamptz[])
), counts AS (
  INSERT INTO run_count_change (namespace, kind, from_type, to_type, runs)
  SELECT * FROM unnest(ARRAY['default']::text[], ARRAY[2]::smallint[], ARRAY[2]::smallint[], ARRAY[3]::smallint[], ARRAY[:size::int]::bigint[])
)
INSERT INTO feed (time, run_ids, revisions) VALUES (CASE WHEN NULL::bigint IS NULL
    OR :now::timestamptz BETWEEN clock_timestamp() - NULL::bigint * interval '1 microsecond'
      AND clock_timestamp() + NULL::bigint * interval '1 microsecond'
    OR refuse_stale('the time') IS NULL
  THEN :now::timestamptz END, :ids::uuid[], :twos::bigint[])
RETURNING clock_timestamp();
COMMIT;
\endpipeline

BEGIN;
SELECT max(now) AS now, array_fill(max(now), ARRAY[:size::int]) AS times, count(id) AS found,
  sum(coalesce(revision, 0) + coalesce(epoch, 0) + coalesce(last_seq, 0) + coalesce(state_type, 0)) AS seen
FROM (
SELECT coalesce(u.id, p.id),
  coalesce(u.namespace, p.namespace), coalesce(u.kind, p.kind),
  coalesce(u.parent_id, p.parent_id), coalesce(u.root_id, p.root_id),
  coalesce(u.content_digest, p.content_digest),
  coalesce(u.state_type, p.state_type), coalesce(u.state_name, p.state_name),
  coalesce(u.epoch, p.epoch), coalesce(u.execution_id, p.execution_id),
  coalesce(u.session_id, p.session_id), coalesce(u.last_seq, p.last_seq),
  coalesce(u.revision, p.revision), coalesce(u.attempt, p.attempt),
  coalesce(u.start_time, p.start_time), coalesce(u.end_time, p.end_time),
  coalesce(u.transition_time, p.transition_time), coalesce(u.running_us, p.running_us),
  coalesce(u.is_presumptive, p.is_presumptive), coalesce(u.due_time, p.due_time),
  clock_timestamp()
FROM unnest(:ids::uuid[], :writes::boolean[]) AS w (id, writes)
LEFT JOIN LATERAL (
  SELECT * FROM run_state s WHERE s.id = w.id AND w.writes FOR NO KEY UPDATE
) u ON true
LEFT JOIN LATERAL (
  SELECT * FROM run_state s WHERE s.id = w.id AND NOT w.writes FOR SHARE
) p ON true
) l (id, namespace, kind, parent_id, root_id, content_digest, state_type, state_name, epoch, execution_id, session_id, last_seq, revision, attempt, start_time, end_time, transition_time, running_us, is_presumptive, due_time, now) \gset
\startpipeline
UPDATE run_state s SET state_type = n.state_type, state_name = n.state_name, epoch = n.epoch,
  execution_id = n.execution_id, session_id = n.session_id, last_seq = n.last_seq,
  revision = CASE WHEN s.revision = n.read_revision AND s.last_seq = n.read_seq THEN n.revision
    ELSE refuse_stale('run ' || n.id) END,
  attempt = n.attempt, start_time = n.start_time, end_time = n.end_time,
  transition_time = n.transition_time, running_us = n.running_us,
  is_presumptive = n.is_presumptive, due_time = n.due_time
FROM unnest(:ids::uuid[], :twos::bigint[], :twos::bigint[], :completed::smallint[], :completeds::text[], :ones::bigint[], :executions::uuid[],
  :sessions::uuid[], :threes::bigint[], :threes::bigint[], :attempts1::integer[], :times::timestamptz[], :times::timestamptz[],
  :times::timestamptz[], :zeros::bigint[], :falses::boolean[], :nulls::timestamptz[])
  AS n (id, read_revision, read_seq, state_type, state_name, epoch, execution_id, session_id, last_seq,
    revision, attempt, start_time, end_time, transition_time, running_us, is_presumptive, due_time)
WHERE s.id = n.id;
DELETE FROM claim c USING unnest(:ids::uuid[], :sessions::uuid[]) AS o (run_id, session_id)
WHERE c.run_id = o.run_id AND c.session_id = o.session_id;
WITH history AS (
  INSERT INTO run_transition (run_id, revision, namespace, from_type, from_name, to_type, to_name,
    message, detail, epoch, execution_id, seq, reason, rule, actor, attempt, time,
    observed_time)
  SELECT * FROM unnest(:ids::uuid[], :threes::bigint[], :namespaces::text[], :running::smallint[], :runnings::text[],
    :completed::smallint[], :completeds::text[], :texts::text[], :nulls::jsonb[], :ones::bigint[], :executions::uuid[], :threes::bigint[],
    :nulls::text[], :rules::text[], :actors::text[], :attempts1::integer[], :times::timestamptz[],
    :nulls::timestamptz[])
), counts AS (
  INSERT INTO run_count_change (namespace, kind, from_type, to_type, runs)
  SELECT * FROM unnest(ARRAY['default']::text[], ARRAY[2]::smallint[], ARRAY[3]::smallint[], ARRAY[6]::smallint[], ARRAY[:size::int]::bigint[])
)
INSERT INTO feed (time, run_ids, revisions) VALUES (CASE WHEN NULL::bigint IS NULL
    OR :now::timestamptz BETWEEN clock_timestamp() - NULL::bigint * interval '1 microsecond'
      AND clock_timestamp() + NULL::bigint * interval '1 microsecond'
    OR refuse_stale('the time') IS NULL
  THEN :now::timestamptz END, :ids::uuid[], :threes::bigint[])
RETURNING clock_timestamp();
COMMIT;
\endpipeline
