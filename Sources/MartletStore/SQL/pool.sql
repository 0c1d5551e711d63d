-- Pools and their queues.

-- name: insert_pool
-- Creates a pool with its queue; no row when the name is taken.
WITH made AS (
  INSERT INTO pool (id, namespace, name, type, description, template, concurrency_limit, is_paused, created_by,
    create_time, update_time)
  SELECT $1::uuid, $3::text, $4::text, $5::text, $6::text, $7::text, $8::bigint, $9::boolean, $10::text, n.now, n.now
  FROM (SELECT date_trunc('milliseconds', clock_timestamp()) AS now) n
  ON CONFLICT (namespace, name) DO NOTHING RETURNING id, namespace, create_time
)
INSERT INTO queue (id, namespace, pool_id, name, priority, create_time, update_time)
SELECT $2::uuid, m.namespace, m.id, 'default', 1, m.create_time, m.create_time FROM made m
RETURNING pool_id

-- name: insert_first_pool
-- Creates a pool with its queue in a namespace that has none.
WITH made AS (
  INSERT INTO pool (id, namespace, name, type, template, created_by, create_time, update_time)
  SELECT $1::uuid, $3::text, $4::text, $5::text, $6::text, 'service:server', n.now, n.now
  FROM (SELECT date_trunc('milliseconds', clock_timestamp()) AS now) n
  WHERE NOT EXISTS (SELECT FROM pool_begun) ON CONFLICT (namespace, name) DO NOTHING
  RETURNING id, namespace, create_time
), begun AS (
  INSERT INTO pool_begun (is_begun) VALUES (true) ON CONFLICT DO NOTHING
)
INSERT INTO queue (id, namespace, pool_id, name, priority, create_time, update_time)
SELECT $2::uuid, m.namespace, m.id, 'default', 1, m.create_time, m.create_time FROM made m

-- name: get_pool
-- A pool by id or name; with how it stands where that is asked for, as it is counted.
SELECT p.id, p.namespace, p.name, p.type, p.description, p.template, p.concurrency_limit, p.is_paused, p.created_by,
  p.create_time, p.update_time, p.etag, coalesce(u.taken, 0), coalesce(u.waiting, 0), coalesce(u.online, 0)
FROM pool p LEFT JOIN LATERAL (SELECT * FROM pool_use(p.id) WHERE $4::boolean) u ON true
WHERE p.namespace = $1::text AND (p.id = $2::uuid OR p.name = $3::text)
ORDER BY p.id = $2::uuid DESC NULLS LAST LIMIT 1

-- name: list_pools
-- Pools by name, after one, of a type or of all.
SELECT p.id, p.namespace, p.name, p.type, p.description, p.template, p.concurrency_limit, p.is_paused, p.created_by,
  p.create_time, p.update_time, p.etag, u.taken, u.waiting, u.online
FROM (
  SELECT * FROM pool WHERE namespace = $1::text AND name > $2::text AND ($3::text = '' OR type = $3::text)
  ORDER BY name LIMIT $4::bigint
) p CROSS JOIN LATERAL pool_use(p.id) u ORDER BY p.name

-- name: update_pool
-- Edits a pool where the etag matches; a null leaves the column alone, a limit below 0 removes it.
UPDATE pool SET description = coalesce($4::text, description), template = coalesce($5::text, template),
  concurrency_limit = CASE WHEN $6::bigint < 0 THEN NULL ELSE coalesce($6::bigint, concurrency_limit) END,
  is_paused = coalesce($7::boolean, is_paused), etag = etag + 1,
  update_time = greatest(update_time, clock_timestamp())
WHERE namespace = $1::text AND id = $2::uuid AND ($3::bigint IS NULL OR etag = $3::bigint)
RETURNING id

-- name: lock_pool
-- Locks a pool: nothing is offered of it meanwhile.
SELECT etag FROM pool WHERE namespace = $1::text AND id = $2::uuid FOR UPDATE

-- name: find_pool_use
-- Whether a deployment names a pool, and whether runs stand in it.
SELECT EXISTS (SELECT FROM deployment WHERE pool_id = $1::uuid),
  EXISTS (SELECT FROM work_item WHERE pool_id = $1::uuid)

-- name: delete_pool
-- Deletes a pool that is locked, with its queues and workers.
DELETE FROM pool WHERE id = $1::uuid RETURNING id

-- name: insert_queue
-- Creates a queue, after all others where no priority is given; no row when the name is taken.
INSERT INTO queue (id, namespace, pool_id, name, description, priority, concurrency_limit, is_paused, create_time,
  update_time)
SELECT $1::uuid, $2::text, $3::uuid, $4::text, $5::text,
  CASE WHEN $6::integer > 0 THEN $6::integer
    ELSE (SELECT coalesce(max(o.priority), 0) + 1 FROM queue o WHERE o.pool_id = $3::uuid) END,
  $7::bigint, $8::boolean, n.now, n.now
FROM (SELECT date_trunc('milliseconds', clock_timestamp()) AS now) n
ON CONFLICT (pool_id, name) DO NOTHING RETURNING id

-- name: list_queues
-- The queues of a pool, or one of them, by priority and name, with how each stands.
SELECT q.id, q.namespace, q.pool_id, p.name, q.name, q.description, q.priority, q.concurrency_limit, q.is_paused,
  q.create_time, q.update_time, q.etag,
  (SELECT count(*) FROM work_item w WHERE w.pool_id = q.pool_id AND w.queue_id = q.id
    AND (w.standing = 2 OR w.taken_until IS NOT NULL)),
  (SELECT count(*) FROM work_item w WHERE w.queue_id = q.id AND w.standing = 1 AND w.gate = 0
    AND w.due <= statement_timestamp())
FROM queue q JOIN pool p ON p.id = q.pool_id
WHERE q.pool_id = $1::uuid AND ($2::text IS NULL OR q.name = $2::text)
ORDER BY q.priority, q.name

-- name: update_queue
-- Edits a queue where the etag matches; a null leaves the column alone, a limit below 0 removes it.
UPDATE queue SET name = coalesce($8::text, name), description = coalesce($4::text, description), priority = coalesce($5::integer, priority),
  concurrency_limit = CASE WHEN $6::bigint < 0 THEN NULL ELSE coalesce($6::bigint, concurrency_limit) END,
  is_paused = coalesce($7::boolean, is_paused), etag = etag + 1,
  update_time = greatest(update_time, clock_timestamp())
WHERE pool_id = $1::uuid AND name = $2::text AND ($3::bigint IS NULL OR etag = $3::bigint)
RETURNING id

-- name: delete_queue
-- Deletes a queue of a locked pool where the etag matches, and notes that there was one.
WITH gone AS (
  DELETE FROM queue WHERE pool_id = $1::uuid AND name = $2::text AND ($3::bigint IS NULL OR etag = $3::bigint)
  RETURNING id, pool_id
)
INSERT INTO gone_queue (id, pool_id) SELECT id, pool_id FROM gone RETURNING id

-- name: move_queue_items
-- What stands in a queue that is gone goes to the default queue; rows are taken in the order of their ids.
UPDATE work_item w SET queue_id = d.id
FROM (SELECT run_id FROM work_item WHERE pool_id = $1::uuid AND queue_id = $2::uuid
    ORDER BY run_id FOR NO KEY UPDATE) i, queue d
WHERE w.run_id = i.run_id AND d.pool_id = $1::uuid AND d.name = 'default'

-- name: move_queue_deployments
-- Deployments of a queue that is gone have the default queue from now on.
UPDATE deployment e SET queue_id = d.id FROM queue d
WHERE e.pool_id = $1::uuid AND e.queue_id = $2::uuid AND d.pool_id = $1::uuid AND d.name = 'default'
