-- Limits: what may go on at the same time, and how full they are.

-- name: insert_limit
-- Creates a limit; no row when the name or the id is taken.
INSERT INTO slot_limit (id, namespace, shard, scope, name, slots, decay, enabled, description, created_by,
  create_time, update_time)
SELECT $1::uuid, $2::text, $3::smallint, $4::smallint, $5::text, $6::integer, $7::double precision,
  $8::boolean, $9::text, $10::text, n.now, n.now
FROM (SELECT date_trunc('milliseconds', clock_timestamp()) AS now) n
ON CONFLICT DO NOTHING RETURNING id

-- name: get_limit
-- A limit by id, or by scope and name, with how full it is.
SELECT l.id, l.namespace, l.scope, l.name, l.slots, l.decay, l.enabled, l.description, l.created_by,
  l.create_time, l.update_time, l.etag, u.held, u.draining, u.drained_by, u.holders, u.waiters,
  clock_timestamp()
FROM every_limit l CROSS JOIN LATERAL every_limit_use(l.scope, l.id) u
WHERE l.namespace = $1::text AND (l.id = $2::uuid OR l.scope = $3::smallint AND l.name = $4::text)
ORDER BY l.id = $2::uuid DESC NULLS LAST LIMIT 1

-- name: list_limits
-- Limits by scope and name, after one, of a scope or of all, whose name begins with a prefix.
SELECT l.id, l.namespace, l.scope, l.name, l.slots, l.decay, l.enabled, l.description, l.created_by,
  l.create_time, l.update_time, l.etag, u.held, u.draining, u.drained_by, u.holders, u.waiters,
  clock_timestamp()
FROM (
  SELECT * FROM every_limit l WHERE l.namespace = $1::text AND ($2::smallint IS NULL OR l.scope = $2::smallint)
    AND starts_with(l.name, $3::text) AND (l.scope, l.name) > ($4::smallint, $5::text)
  ORDER BY l.scope, l.name LIMIT $6::bigint
) l CROSS JOIN LATERAL every_limit_use(l.scope, l.id) u
ORDER BY l.scope, l.name

-- name: find_limits
-- Limits by ids, or by scopes and names, by scope and name.
SELECT l.id, l.namespace, l.scope, l.name, l.slots, l.decay, l.enabled, l.description, l.created_by,
  l.create_time, l.update_time, l.etag, u.held, u.draining, u.drained_by, u.holders, u.waiters,
  clock_timestamp()
FROM (
  SELECT l.* FROM every_limit l WHERE l.namespace = $1::text AND l.id = ANY ($2::uuid[])
  UNION
  SELECT l.* FROM unnest($3::smallint[], $4::text[]) AS w (scope, name)
  JOIN every_limit l ON l.namespace = $1::text AND l.scope = w.scope AND l.name = w.name
) l CROSS JOIN LATERAL every_limit_use(l.scope, l.id) u
ORDER BY l.scope, l.name

-- name: lock_limit
-- Locks a limit: what statements after this one read of its holds is whole.
SELECT id FROM slot_limit WHERE namespace = $1::text AND id = $2::uuid FOR NO KEY UPDATE

-- name: update_limit
-- Edits a locked limit where the etag matches; a null leaves the column alone. Slots on their way back by time
-- come at the new pace from now on. The line is to be looked at.
WITH old AS MATERIALIZED (
  SELECT id, shard, decay FROM slot_limit WHERE namespace = $1::text AND id = $2::uuid
    AND ($3::bigint IS NULL OR etag = $3::bigint)
), edited AS (
  UPDATE slot_limit l SET slots = coalesce($4::integer, l.slots),
    decay = coalesce($5::double precision, l.decay), enabled = coalesce($6::boolean, l.enabled),
    description = coalesce($7::text, l.description), name = coalesce($8::text, l.name), etag = l.etag + 1,
    update_time = greatest(l.update_time, clock_timestamp())
  FROM old WHERE l.id = old.id RETURNING l.id, l.shard, l.decay
), paced AS (
  UPDATE limit_hold h
  SET return_time = n.now + (h.return_time - n.now) * (old.decay / e.decay)
  FROM old, edited e, (SELECT clock_timestamp() AS now) n
  WHERE h.limit_id = e.id AND h.return_time > n.now AND old.decay > 0 AND e.decay > 0
    AND old.decay <> e.decay
), marked AS (
  INSERT INTO limit_mark (shard, limit_id) SELECT shard, id FROM edited
)
SELECT id FROM edited

-- name: delete_limit
-- Deletes a locked limit where the etag matches, with what is held of it. Those who wait for it leave the line:
-- they ask again.
WITH gone AS (
  DELETE FROM slot_limit WHERE namespace = $1::text AND id = $2::uuid
    AND ($3::bigint IS NULL OR etag = $3::bigint) RETURNING id
), freed AS (
  DELETE FROM limit_hold h USING gone g WHERE h.limit_id = g.id
), waiters AS (
  DELETE FROM limit_waiter w USING limit_want n, gone g
  WHERE n.limit_id = g.id AND w.id = n.lease_id RETURNING w.id, w.shard
), wants AS (
  DELETE FROM limit_want n USING waiters w WHERE n.lease_id = w.id RETURNING n.limit_id, w.shard
), marked AS (
  INSERT INTO limit_mark (shard, limit_id)
  SELECT DISTINCT shard, limit_id FROM wants WHERE limit_id <> $2::uuid
)
SELECT id FROM gone

-- name: list_limit_leases
-- The leases that hold slots of a limit which come back by release, in the order of their ids.
SELECT h.lease_id FROM limit_hold h WHERE h.limit_id = $1::uuid AND h.return_time IS NULL
ORDER BY h.lease_id

-- name: forget_returning_slots
-- Takes slots that come back by time for returned. The limit is locked.
DELETE FROM limit_hold WHERE limit_id = $1::uuid AND return_time IS NOT NULL RETURNING lease_id
