-- Log lines.

-- name: insert_logs
-- Appends lines, passing over those that are there already, those of deleted runs and those of processes that no longer
-- have their runs. What a deletion that is under way does not see is swept later.
WITH fenced AS MATERIALIZED (
  SELECT f.run_id, f.execution_id, f.epoch
  FROM fenced_writers($12::uuid[], $13::uuid[], $14::bigint[], $15::timestamptz[]) f
)
INSERT INTO log (run_id, time, execution_id, line, namespace, level, logger, message, fields,
  receive_time)
SELECT n.run_id, n.time, n.execution_id, n.line, n.namespace, n.level, n.logger, n.message, n.fields, n.receive_time
FROM unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::bigint[], $5::text[],
  $6::smallint[], $7::text[], $8::text[], $9::jsonb[], $10::timestamptz[], $11::bigint[])
  AS n (run_id, time, execution_id, line, namespace, level, logger, message, fields, receive_time, epoch)
WHERE NOT EXISTS (SELECT FROM run_removal d WHERE d.run_id = n.run_id)
  -- Who does not say what epoch it has is heard.
  AND NOT EXISTS (
    SELECT FROM fenced f WHERE f.run_id = n.run_id AND f.execution_id = n.execution_id AND f.epoch = n.epoch)
ON CONFLICT DO NOTHING
RETURNING run_id, time, execution_id, line

-- name: find_fenced_writers
-- Which processes that say what epoch they have do not have their runs any more, and which epoch those have.
SELECT f.run_id, f.execution_id, f.epoch, f.run_epoch
FROM fenced_writers($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[]) f

-- name: insert_log_feed
-- Tells followers of which runs this transaction wrote lines, and from when to when.
INSERT INTO feed (time, run_ids, first_time, last_time)
VALUES (clock_timestamp(), $1::uuid[], $2::timestamptz, $3::timestamptz)

-- name: list_logs
-- Lines of runs in the order of time, after a line.
SELECT l.run_id, l.time, l.execution_id, l.line, l.namespace, l.level, l.logger, l.message, l.fields
FROM log l
WHERE l.run_id = ANY ($1::uuid[]) AND l.namespace = $2::text AND l.level >= $3::smallint
  AND l.level <= $11::smallint AND l.time >= $4::timestamptz AND l.time < $5::timestamptz
  AND (l.time, l.run_id, l.execution_id, l.line) > ($6::timestamptz, $7::uuid, $8::uuid, $9::bigint)
ORDER BY l.time, l.run_id, l.execution_id, l.line
LIMIT $10::bigint

-- name: list_logs_backwards
-- Lines of runs, latest first, before a line.
SELECT l.run_id, l.time, l.execution_id, l.line, l.namespace, l.level, l.logger, l.message, l.fields
FROM log l
WHERE l.run_id = ANY ($1::uuid[]) AND l.namespace = $2::text AND l.level >= $3::smallint
  AND l.level <= $11::smallint AND l.time >= $4::timestamptz AND l.time < $5::timestamptz
  AND (l.time, l.run_id, l.execution_id, l.line) < ($6::timestamptz, $7::uuid, $8::uuid, $9::bigint)
ORDER BY l.time DESC, l.run_id DESC, l.execution_id DESC, l.line DESC
LIMIT $10::bigint

-- name: list_descendants
-- A run and all below it, level by level, up to a bound.
WITH RECURSIVE tree AS (
  SELECT id FROM run WHERE id = $1::uuid AND namespace = $2::text
  UNION
  SELECT r.id FROM tree t JOIN run r ON r.parent_id = t.id
)
SELECT id FROM tree LIMIT $3::bigint
