-- Deleting runs with everything below them and everything that belongs to them.

-- name: read_trees
-- Some runs and all below them, each with the place of its tree; of a tree no more than $3 runs.
SELECT w.item - 1, t.id FROM unnest($1::uuid[]) WITH ORDINALITY AS w (id, item)
CROSS JOIN LATERAL (
  WITH RECURSIVE tree AS (
    SELECT r.id FROM run r WHERE r.id = w.id AND r.namespace = $2::text
    UNION
    SELECT c.id FROM tree t JOIN run c ON c.parent_id = t.id
  )
  SELECT tree.id FROM tree LIMIT $3::bigint
) t

-- name: read_deletion_order
-- The first runs of a tree, each after all that are below it.
SELECT unnest(deletion_order($1::uuid, $2::integer))

-- name: lock_deleted_runs
-- Locks runs in the order of their ids, against whoever would write them or create runs below them.
SELECT s.id, s.namespace, s.kind, s.parent_id, s.root_id, s.content_digest, s.state_type, s.state_name, s.epoch,
  s.execution_id, s.session_id, s.last_seq, s.revision, s.attempt, s.start_time, s.end_time, s.transition_time,
  s.running_us, s.is_presumptive, s.due_time, s.policy, s.tally
FROM run_state s WHERE s.id = ANY ($1::uuid[]) AND s.namespace = $2::text ORDER BY s.id FOR UPDATE

-- name: read_children
-- The runs directly below some runs, now that those are locked.
SELECT r.id, r.parent_id FROM run r WHERE r.parent_id = ANY ($1::uuid[])

-- name: find_held_runs
-- Of so many runs of a tree the first that somebody may still be at work on.
WITH RECURSIVE tree AS (
  SELECT r.id FROM run r WHERE r.id = $1::uuid
  UNION
  SELECT c.id FROM tree t JOIN run c ON c.parent_id = t.id
)
SELECT s.id, s.state_type FROM (SELECT id FROM tree LIMIT $2::bigint) t JOIN run_state s ON s.id = t.id
WHERE s.state_type IN (2, 3, 5) OR (s.state_type < 6 AND (s.execution_id IS NOT NULL OR s.session_id IS NOT NULL))
LIMIT 1

-- name: delete_runs
-- Deletes locked runs, tells followers, and leaves one event of each ($2 are the ids of the events). What is shared
-- stays: artifacts with a key lose their run, results that the cache refers to stay as they are, and so do the events
-- that programs published.
WITH gone AS MATERIALIZED (
  DELETE FROM run_state WHERE id = ANY ($1::uuid[]) RETURNING id, namespace, kind, state_type, state_name
), wide AS MATERIALIZED (
  DELETE FROM run r USING gone g WHERE r.id = g.id
  RETURNING r.id, r.namespace, r.kind, r.name, r.definition, r.parent_id, r.root_id, g.state_type, g.state_name
), histories AS (
  DELETE FROM run_transition WHERE run_id = ANY ($1::uuid[])
), refusals AS (
  DELETE FROM run_refusal WHERE run_id = ANY ($1::uuid[])
), pauses AS (
  DELETE FROM run_pause WHERE run_id = ANY ($1::uuid[])
), imports AS (
  DELETE FROM run_import WHERE run_id = ANY ($1::uuid[])
), inputs AS (
  DELETE FROM run_input WHERE run_id = ANY ($1::uuid[])
), dues AS (
  DELETE FROM run_due WHERE run_id = ANY ($1::uuid[])
), claims AS (
  DELETE FROM claim WHERE run_id = ANY ($1::uuid[])
), cascades AS (
  DELETE FROM run_cascade WHERE run_id = ANY ($1::uuid[])
), deletions AS (
  DELETE FROM run_deletion WHERE run_id = ANY ($1::uuid[])
), strandings AS (
  DELETE FROM run_stranding WHERE run_id = ANY ($1::uuid[])
), waits AS (
  DELETE FROM cache_wait WHERE run_id = ANY ($1::uuid[])
), lines AS (
  DELETE FROM log WHERE run_id = ANY ($1::uuid[])
), results AS (
  DELETE FROM result s WHERE s.run_id = ANY ($1::uuid[])
    AND NOT EXISTS (SELECT FROM cache_entry e WHERE e.payload ->> 'uri' = $4::text || s.id)
), ties AS (
  DELETE FROM run_deployment WHERE run_id = ANY ($1::uuid[])
), items AS (
  DELETE FROM work_item WHERE run_id = ANY ($1::uuid[]) RETURNING schedule_id, backfill_id
), marks AS (
  INSERT INTO schedule_mark (schedule_id, backfill_id)
  SELECT DISTINCT NULL::uuid, i.backfill_id FROM items i WHERE i.backfill_id IS NOT NULL
  UNION ALL
  SELECT DISTINCT i.schedule_id, NULL::uuid FROM items i
  WHERE EXISTS (SELECT FROM work_item o
    WHERE o.schedule_id = i.schedule_id AND o.gate = 2 AND o.run_id <> ALL ($1::uuid[]))
), unkeyed AS (
  DELETE FROM artifact WHERE run_id = ANY ($1::uuid[]) AND key IS NULL
), keyed AS (
  UPDATE artifact SET run_id = NULL WHERE run_id = ANY ($1::uuid[]) AND key IS NOT NULL
), counts AS (
  INSERT INTO run_count AS c (namespace, kind, state_type, runs)
  SELECT namespace, kind, state_type, -count(*) FROM gone GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT (namespace, kind, state_type) DO UPDATE SET runs = c.runs + excluded.runs
), removals AS (
  INSERT INTO run_removal (run_id, namespace, kind, name, definition, parent_id, root_id, actor, time)
  SELECT id, namespace, kind, name, definition, parent_id, root_id, $3::text, clock_timestamp() FROM wide ORDER BY id
  ON CONFLICT (run_id) DO UPDATE SET time = excluded.time, actor = excluded.actor, is_swept = false
), events AS (
  INSERT INTO event (id, namespace, name, time, resource_id, resource, run_id, payload, actor, receive_time)
  SELECT w.event, r.namespace, transition_name(r.kind, 'Deleted'), n.now,
    transition_name(r.kind, r.id::text), jsonb_build_object('id', transition_name(r.kind, r.id::text), 'labels',
      jsonb_build_object('name', r.name, 'definition', r.definition)),
    r.id, jsonb_build_object('state', r.state_name), $3::text, n.now
  FROM wide r JOIN unnest($1::uuid[], $2::uuid[]) AS w (id, event) ON w.id = r.id, clock_timestamp() AS n (now)
)
INSERT INTO feed (time, run_ids, revisions)
SELECT clock_timestamp(), array_agg(w.event ORDER BY r.id) || array_agg(r.id ORDER BY r.id),
  array_fill(0::bigint, ARRAY[count(*)::integer]) || array_fill(-1::bigint, ARRAY[count(*)::integer])
FROM wide r JOIN unnest($1::uuid[], $2::uuid[]) AS w (id, event) ON w.id = r.id HAVING count(*) > 0

-- name: read_removals
-- What is kept of deleted runs.
SELECT run_id, namespace, kind, name, definition, parent_id, root_id, actor, time
FROM run_removal WHERE run_id = ANY ($1::uuid[])

-- name: find_removed_runs
-- Which of these runs were deleted.
SELECT run_id FROM run_removal WHERE run_id = ANY ($1::uuid[])

-- name: take_removals
-- Takes deletions whose runs may have got lines from transactions that were under way.
SELECT run_id FROM run_removal
WHERE NOT is_swept AND time < statement_timestamp() - $1::bigint * interval '1 microsecond'
ORDER BY time LIMIT $2::bigint FOR NO KEY UPDATE SKIP LOCKED

-- name: sweep_removals
-- Deletes the lines of deleted runs that came with the deletion.
WITH lines AS (
  DELETE FROM log WHERE run_id = ANY ($1::uuid[])
)
UPDATE run_removal SET is_swept = true WHERE run_id = ANY ($1::uuid[])

-- name: forget_removals
-- Forgets deleted runs after a while, a bounded number.
DELETE FROM run_removal WHERE run_id = ANY (ARRAY(
  SELECT run_id FROM run_removal WHERE time < statement_timestamp() - $1::bigint * interval '1 microsecond'
  ORDER BY time LIMIT $2::bigint FOR UPDATE SKIP LOCKED))

-- name: begin_deletion
-- Notes that a tree is being deleted, by this replica for a while.
INSERT INTO run_deletion (run_id, namespace, actor, request_time, taken_until)
VALUES ($1::uuid, $2::text, $3::text, clock_timestamp(), clock_timestamp() + $4::bigint * interval '1 microsecond')
ON CONFLICT (run_id) DO UPDATE SET taken_until = excluded.taken_until

-- name: take_deletions
-- Takes deletions that nobody deals with.
UPDATE run_deletion SET taken_until = clock_timestamp() + $2::bigint * interval '1 microsecond'
WHERE run_id IN (
  SELECT d.run_id FROM run_deletion d
  WHERE d.taken_until IS NULL OR d.taken_until < clock_timestamp()
  ORDER BY d.request_time LIMIT $1::bigint FOR NO KEY UPDATE SKIP LOCKED)
RETURNING run_id, namespace, actor

-- name: leave_deletion
-- Leaves a deletion to whoever takes it next.
UPDATE run_deletion SET taken_until = NULL WHERE run_id = $1::uuid

-- name: end_deletion
-- Gives a deletion up.
DELETE FROM run_deletion WHERE run_id = $1::uuid
