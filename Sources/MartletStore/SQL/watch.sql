-- What followers read.

-- name: read_feed
-- Batches after a transaction, only those below the oldest one that still runs, so that none is
-- skipped. The last row is the horizon: without runs, but with the generation and how many
-- transaction ids lie between the oldest one that runs and the newest.
WITH horizon AS MATERIALIZED (
  SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xmin,
    pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS xmax,
    (SELECT max(generation) FROM store_generation) AS generation
)
(SELECT f.xid, f.time, f.run_ids, f.revisions, f.first_time, f.last_time
   FROM feed f, horizon h WHERE f.xid > $1::bigint AND f.xid < h.xmin AND f.time >= $3::timestamptz
  ORDER BY f.xid LIMIT $2::bigint)
UNION ALL
SELECT h.xmin, clock_timestamp(), NULL, ARRAY[h.generation, h.xmax - h.xmin], NULL, NULL
FROM horizon h

-- name: read_feed_bounds
-- The generation, the last batch that is gone, the horizon below which all is committed, and batches
-- beyond it that are committed too. No transaction runs for a day.
SELECT (SELECT max(generation) FROM store_generation), (SELECT xid FROM feed_floor),
  pg_snapshot_xmin(pg_current_snapshot())::text::bigint, clock_timestamp(),
  ARRAY(SELECT f.xid FROM feed f
    WHERE f.xid >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint
      AND f.time > clock_timestamp() - interval '1 day'
    ORDER BY f.xid LIMIT 65)

-- name: read_transitions
-- History rows by key, in the order given.
SELECT h.run_id, h.revision, h.namespace, h.from_type, h.from_name, h.to_type, h.to_name, h.message,
  h.detail, h.epoch, h.execution_id, h.seq, h.reason, h.rule, h.actor, h.attempt, h.time,
  h.observed_time, w.ordinality - 1
FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS w (run_id, revision, ordinality)
JOIN run_transition h ON h.run_id = w.run_id AND h.revision = w.revision
ORDER BY w.ordinality

-- name: read_logs
-- Lines that one transaction wrote for some runs.
SELECT l.run_id, l.time, l.execution_id, l.line, l.namespace, l.level, l.logger, l.message, l.fields
FROM log l
WHERE l.run_id = ANY ($1::uuid[]) AND l.time >= $2::timestamptz AND l.time <= $3::timestamptz
  AND l.xid = $4::bigint
ORDER BY l.time, l.run_id, l.execution_id, l.line

-- name: read_run_namespaces
-- Of runs that were edited.
SELECT id, namespace FROM run_state WHERE id = ANY ($1::uuid[])

-- name: insert_edit_feed
-- Tells followers that a run was edited, which is no transition: it has no history row.
INSERT INTO feed (time, run_ids, revisions) VALUES (clock_timestamp(), ARRAY[$1::uuid], ARRAY[-2::bigint])

-- name: send_hint
-- Wakes the tailers of all replicas.
SELECT pg_notify('martlet_feed', '')

-- name: check_generation
-- Begins a new generation if this is not the database that gave out the tokens; what was written
-- before can then no longer be followed.
WITH now AS (
  SELECT s.system_identifier, c.timeline_id,
    (SELECT oid FROM pg_database WHERE datname = current_database()) AS database_oid
  FROM pg_control_system() s, pg_control_checkpoint() c
), last AS (
  SELECT * FROM store_generation ORDER BY generation DESC LIMIT 1
), begun AS (
  INSERT INTO store_generation (generation, system_identifier, timeline, database_oid, begin_time)
  SELECT last.generation + 1, now.system_identifier, now.timeline_id, now.database_oid, clock_timestamp()
  FROM now, last
  WHERE (now.system_identifier, now.timeline_id, now.database_oid)
    IS DISTINCT FROM (last.system_identifier, last.timeline, last.database_oid)
  ON CONFLICT DO NOTHING
  RETURNING generation
), cleared AS (
  DELETE FROM feed WHERE EXISTS (SELECT FROM begun)
), lowered AS (
  UPDATE feed_floor SET xid = 0 WHERE EXISTS (SELECT FROM begun)
)
SELECT coalesce((SELECT generation FROM begun), last.generation), EXISTS (SELECT FROM begun) FROM last

-- name: get_roots
-- The outermost run of each run, also of those that were deleted.
SELECT id, root_id FROM run_state WHERE id = ANY ($1::uuid[])
UNION ALL
SELECT run_id, root_id FROM run_removal WHERE run_id = ANY ($1::uuid[])

-- name: count_replicas
-- How many replicas were alive lately.
SELECT count(*) FROM replica WHERE beat_time > clock_timestamp() - $1::bigint * interval '1 microsecond'
