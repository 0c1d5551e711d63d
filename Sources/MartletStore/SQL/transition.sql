-- The group commit of transitions: lock, decide in the program, write. Arrays are sorted by run id.

-- name: lock_runs
-- Locks runs in the order given: those that will change for update, parents for share. One row per
-- id, empty where there is no such run; the time is read after that row's lock was granted.
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
  coalesce(u.policy, p.policy), coalesce(u.tally, p.tally), clock_timestamp()
FROM unnest($1::uuid[], $2::boolean[]) AS w (id, writes)
LEFT JOIN LATERAL (
  SELECT * FROM run_state s WHERE s.id = w.id AND w.writes FOR NO KEY UPDATE
) u ON true
LEFT JOIN LATERAL (
  SELECT * FROM run_state s WHERE s.id = w.id AND NOT w.writes FOR SHARE
) p ON true

-- name: lock_expected_runs
-- Locks runs in the order given, as lock_runs does, and fails when one is not as it was last seen.
SELECT CASE WHEN count(coalesce(u.id, p.id)) = $4::bigint THEN 0 ELSE refuse_stale('a run') END
FROM unnest($1::uuid[], $2::boolean[], $3::bigint[]) AS w (id, writes, revision)
LEFT JOIN LATERAL (
  SELECT s.id FROM run_state s
  WHERE s.id = w.id AND s.revision = w.revision AND w.writes FOR NO KEY UPDATE
) u ON true
LEFT JOIN LATERAL (
  SELECT s.id FROM run_state s
  WHERE s.id = w.id AND s.revision = w.revision AND NOT w.writes FOR SHARE
) p ON true

-- name: expect_runs
-- Reads runs, unlocked, and fails when one is not as it was last seen.
SELECT CASE WHEN count(*) = $3::bigint THEN 0 ELSE refuse_stale('a run') END
FROM unnest($1::uuid[], $2::bigint[]) AS w (id, revision)
JOIN run_state s ON s.id = w.id AND s.revision = w.revision

-- name: expect_results
-- Fails when a result that a state refers to is not stored.
SELECT CASE WHEN count(r.id) = cardinality($1::uuid[]) THEN 0 ELSE refuse_missing_result() END
FROM unnest($1::uuid[], $2::text[]) AS w (id, namespace)
LEFT JOIN result r ON r.id = w.id AND r.namespace = w.namespace

-- name: find_unlocked_runs
-- After a lock was not granted in time: which of these runs can be locked at this moment.
SELECT s.id FROM run_state s WHERE s.id = ANY ($1::uuid[])
ORDER BY s.id FOR NO KEY UPDATE SKIP LOCKED

-- name: find_runs
-- Which of these runs there are.
SELECT s.id FROM run_state s WHERE s.id = ANY ($1::uuid[])

-- name: read_parents
-- Reads, unlocked, the parents of runs that may start now. One that stops meanwhile cancels its
-- children by its cascade, so a lock would add nothing but waiting.
SELECT p.id, p.namespace, p.kind, p.parent_id, p.root_id, p.content_digest, p.state_type,
  p.state_name, p.epoch, p.execution_id, p.session_id, p.last_seq, p.revision, p.attempt,
  p.start_time, p.end_time, p.transition_time, p.running_us, p.is_presumptive, p.due_time,
  p.policy, p.tally
FROM run_state p WHERE p.id IN (
  SELECT c.parent_id FROM run_state c WHERE c.id = ANY ($1::uuid[]) AND c.parent_id IS NOT NULL)

-- name: read_answered_seqs
-- Finds the verdicts that consumed reports of an epoch got.
SELECT w.ordinality - 1, t.*
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS w (run_id, epoch, seq, ordinality)
JOIN LATERAL (
  SELECT CASE WHEN h.reason IS NULL THEN 1 ELSE 2 END, h.reason, h.rule, h.revision, h.to_type, h.to_name, h.message, h.detail, h.time
    FROM run_transition h WHERE h.run_id = w.run_id AND h.epoch = w.epoch AND h.seq = w.seq
  UNION ALL
  SELECT 4, r.reason, r.rule, NULL, NULL, NULL, NULL, NULL, r.time
    FROM run_refusal r WHERE r.run_id = w.run_id AND r.epoch = w.epoch AND r.seq = w.seq
) t ON true

-- name: find_told
-- Which of what is told of runs is in their history.
SELECT h.run_id, h.report_id
FROM unnest($1::uuid[], $2::uuid[]) AS w (run_id, report_id)
JOIN run_transition h ON h.run_id = w.run_id AND h.report_id = w.report_id

-- name: insert_runs
-- Creates the wide rows of new runs. Tags come as array literals, for there are no arrays of arrays
-- of different lengths.
INSERT INTO run (id, namespace, kind, name, definition, definition_version, parent_id, root_id,
  due_time, parameters, dependencies, labels, tags, timeout_us, heartbeat_us, created_by,
  trace_parent, create_time)
SELECT id, namespace, kind, name, definition, definition_version, parent_id, root_id, due_time,
  parameters, dependencies, labels, tags::text[], timeout_us,
  heartbeat_us, created_by, trace_parent, create_time
FROM unnest($1::uuid[], $2::text[], $3::smallint[], $4::text[], $5::text[], $6::text[], $7::uuid[],
  $8::uuid[], $9::timestamptz[], $10::jsonb[], $11::jsonb[], $12::jsonb[], $13::text[],
  $14::bigint[], $15::bigint[], $16::text[], $17::text[], $18::timestamptz[])
  AS n (id, namespace, kind, name, definition, definition_version, parent_id, root_id, due_time,
    parameters, dependencies, labels, tags, timeout_us, heartbeat_us, created_by, trace_parent,
    create_time)

-- name: insert_run_states
-- Creates the narrow rows of new runs, after the wide ones; fails when a run of that id was deleted. A deletion that was under
-- way held up the wide row, so it is seen here.
INSERT INTO run_state (id, namespace, kind, parent_id, root_id, content_digest, state_type,
  state_name, epoch, execution_id, session_id, last_seq, revision, attempt, start_time, end_time,
  transition_time, running_us, is_presumptive, due_time, tally, policy)
SELECT CASE WHEN EXISTS (SELECT FROM run_removal d WHERE d.run_id = n.id) THEN refuse_deleted(n.id) ELSE n.id END,
  namespace, kind, parent_id, root_id, content_digest, state_type, state_name, epoch, execution_id, session_id,
  last_seq, revision, attempt, start_time, end_time, transition_time, running_us, is_presumptive, due_time, tally, policy
FROM unnest($1::uuid[], $2::text[], $3::smallint[], $4::uuid[], $5::uuid[], $6::uuid[],
  $7::smallint[], $8::text[], $9::bigint[], $10::uuid[], $11::uuid[], $12::bigint[], $13::bigint[],
  $14::integer[], $15::timestamptz[], $16::timestamptz[], $17::timestamptz[], $18::bigint[],
  $19::boolean[], $20::timestamptz[], $21::jsonb[], $22::jsonb[])
  AS n (id, namespace, kind, parent_id, root_id, content_digest, state_type, state_name, epoch, execution_id, session_id,
    last_seq, revision, attempt, start_time, end_time, transition_time, running_us, is_presumptive, due_time, tally, policy)

-- name: update_run_states
-- Writes the states that were decided, in the order given; fails when a row is not as it was read,
-- or is gone.
WITH changed AS (
  UPDATE run_state s SET state_type = n.state_type, state_name = n.state_name, epoch = n.epoch,
    execution_id = n.execution_id, session_id = n.session_id, last_seq = n.last_seq,
    revision = CASE WHEN s.revision = n.read_revision AND s.last_seq = n.read_seq
      AND coalesce((s.policy ->> 'edition')::integer, 0) = n.read_edition THEN n.revision
      ELSE refuse_stale('run ' || n.id) END,
    attempt = n.attempt, start_time = n.start_time, end_time = n.end_time,
    transition_time = n.transition_time, running_us = n.running_us,
    is_presumptive = n.is_presumptive, due_time = n.due_time, tally = n.tally
  FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::smallint[], $5::text[], $6::bigint[],
    $7::uuid[], $8::uuid[], $9::bigint[], $10::bigint[], $11::integer[], $12::timestamptz[],
    $13::timestamptz[], $14::timestamptz[], $15::bigint[], $16::boolean[], $17::timestamptz[],
    $18::jsonb[], $19::integer[])
    AS n (id, read_revision, read_seq, state_type, state_name, epoch, execution_id, session_id,
      last_seq, revision, attempt, start_time, end_time, transition_time, running_us,
      is_presumptive, due_time, tally, read_edition)
  WHERE s.id = n.id
  RETURNING s.id
)
SELECT CASE WHEN count(*) = cardinality($1::uuid[]) THEN 0 ELSE refuse_stale('a run') END FROM changed

-- name: insert_refusals
-- Keeps refused verdicts for the epoch.
INSERT INTO run_refusal (run_id, epoch, seq, namespace, execution_id, proposed_type, reason, rule,
  actor, time)
SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::uuid[],
  $6::smallint[], $7::text[], $8::text[], $9::text[], $10::timestamptz[])

-- name: delete_claims
-- Ends claims.
DELETE FROM claim c USING unnest($1::uuid[], $2::uuid[]) AS o (run_id, session_id)
WHERE c.run_id = o.run_id AND c.session_id = o.session_id

-- name: upsert_claims
-- Begins claims; a run that changes hands keeps its one row.
INSERT INTO claim (run_id, namespace, session_id, epoch)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[])
ON CONFLICT (run_id) DO UPDATE SET session_id = excluded.session_id, epoch = excluded.epoch

-- name: insert_evictions
-- Notes that these sessions lost these runs to somebody else.
INSERT INTO run_eviction (session_id, run_id, epoch)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[])
ON CONFLICT (session_id, run_id) DO UPDATE SET epoch = excluded.epoch, time = clock_timestamp()

-- name: delete_due_times
-- Ends waits.
DELETE FROM run_due WHERE run_id = ANY ($1::uuid[])

-- name: upsert_due_times
-- Begins waits, each replacing the run's last.
INSERT INTO run_due (run_id, namespace, state_type, due)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::smallint[], $4::timestamptz[])
ON CONFLICT (run_id) DO UPDATE
  SET state_type = excluded.state_type, due = excluded.due, taken_until = NULL

-- name: delete_pauses
-- Forgets the pauses of runs that begin anew.
DELETE FROM run_pause WHERE run_id = ANY ($1::uuid[])

-- name: upsert_pauses
-- Keeps what pauses ask for and what they were given; a null leaves what is kept.
INSERT INTO run_pause AS p (run_id, key, namespace, input_schema, input, time)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
ON CONFLICT (run_id, key) DO UPDATE SET time = excluded.time,
  input_schema = coalesce(excluded.input_schema, p.input_schema),
  input = coalesce(excluded.input, p.input)

-- name: insert_cascades
-- Leaves the children of stopped runs to later batches.
INSERT INTO run_cascade (run_id, namespace, actor, bound_us)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[])
ON CONFLICT (run_id) DO UPDATE SET actor = excluded.actor, bound_us = excluded.bound_us, after_id = NULL,
  taken_until = NULL

-- name: insert_strandings
-- Leaves runs that were put back below others to be looked at, after this transaction: whatever an enclosing run has come to
-- by then is seen, and what stops it later cascades.
INSERT INTO run_stranding (run_id, namespace)
SELECT * FROM unnest($1::uuid[], $2::text[])
ON CONFLICT (run_id) DO UPDATE SET look_time = excluded.look_time

-- name: record_transitions
-- Appends history rows and what the batch changes in the counts, and tells followers which history rows this transaction
-- wrote, in order: in one statement, for each costs a lone transition much. The time that was decided with may differ
-- from the clock by so much, if that is given; more fails.
WITH history AS (
  INSERT INTO run_transition (run_id, revision, namespace, from_type, from_name, to_type, to_name,
    message, detail, epoch, execution_id, seq, reason, rule, actor, attempt, time, observed_time, report_id)
  SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::smallint[], $5::text[],
    $6::smallint[], $7::text[], $8::text[], $9::jsonb[], $10::bigint[], $11::uuid[], $12::bigint[],
    $13::text[], $14::text[], $15::text[], $16::integer[], $17::timestamptz[], $18::timestamptz[],
    $26::uuid[])
), counts AS (
  INSERT INTO run_count_change (namespace, kind, from_type, to_type, runs)
  SELECT * FROM unnest($19::text[], $20::smallint[], $21::smallint[], $22::smallint[], $23::bigint[])
)
INSERT INTO feed (time, run_ids, revisions)
VALUES (CASE WHEN $25::bigint IS NULL
    OR $24::timestamptz BETWEEN clock_timestamp() - $25::bigint * interval '1 microsecond'
      AND clock_timestamp() + $25::bigint * interval '1 microsecond'
    OR refuse_stale('the time') IS NULL
  THEN $24::timestamptz END, $1::uuid[], $2::bigint[])
RETURNING clock_timestamp()
