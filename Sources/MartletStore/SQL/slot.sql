-- Slots of runs: asked for before a run is RUNNING, held with it, given back with it. Limits are locked in id order, in
-- transactions that lock no run; a transaction that locks runs locks leases and places after them, in id order, and
-- never a limit.

-- name: lock_named_limits
-- Locks limits that runs need, by namespace, scope and name.
SELECT l.id, l.namespace, l.scope, l.name, l.shard, l.slots, l.decay, l.enabled
FROM slot_limit l WHERE l.id IN (
  SELECT n.id FROM unnest($1::text[], $2::smallint[], $3::text[]) AS w (namespace, scope, name)
  JOIN slot_limit n ON n.namespace = w.namespace AND n.scope = w.scope AND n.name = w.name)
ORDER BY l.id FOR NO KEY UPDATE

-- name: peek_named_limits
-- The same limits as they are, for runs that stand in line already: who asks again and again is to hold up nobody.
SELECT l.id, l.namespace, l.scope, l.name, l.shard, l.slots, l.decay, l.enabled
FROM unnest($1::text[], $2::smallint[], $3::text[]) AS w (namespace, scope, name)
JOIN slot_limit l ON l.namespace = w.namespace AND l.scope = w.scope AND l.name = w.name

-- name: read_named_limits
-- How full they are, and the time.
SELECT n.id, u.held, u.draining, u.drained_by, u.waiters, u.line, clock_timestamp()
FROM unnest($1::text[], $2::smallint[], $3::text[]) AS w (namespace, scope, name)
JOIN slot_limit n ON n.namespace = w.namespace AND n.scope = w.scope AND n.name = w.name
JOIN limit_usage u ON u.id = n.id

-- name: find_run_slots
-- The leases of runs, and their places in line.
SELECT l.run_id, l.id, 0::bigint FROM limit_lease l
WHERE l.run_id = ANY ($1::uuid[]) AND l.run_epoch IS NOT NULL AND l.end_time IS NULL
UNION ALL
SELECT w.run_id, w.id, (SELECT max(p.place) FROM limit_want n
  CROSS JOIN LATERAL (SELECT count(*) AS place FROM limit_want o
    WHERE o.limit_id = n.limit_id AND o.number <= n.number) p WHERE n.lease_id = w.id)
FROM limit_waiter w WHERE w.run_id = ANY ($1::uuid[]) AND w.run_epoch IS NOT NULL

-- name: insert_run_leases
-- Grants slots to runs for a short time, until the runs take them.
INSERT INTO limit_lease (id, namespace, mode, request, holder, run_id, run_epoch, actor, ttl_us, create_time,
  grant_time, expire_time, collected)
SELECT n.id, n.namespace, 1, n.request, n.holder, n.run_id, n.run_epoch, n.actor, $8::bigint, $9::timestamptz,
  $9::timestamptz, $9::timestamptz + $8::bigint * interval '1 microsecond', false
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::bigint[], $7::text[])
  AS n (id, namespace, request, holder, run_id, run_epoch, actor)

-- name: insert_run_waiters
-- Puts runs in line, in the order given, and has the lines looked at.
WITH waiters AS (
  INSERT INTO limit_waiter (id, namespace, request, holder, run_id, run_epoch, actor, shard, mode, ttl_us,
    create_time, expire_time)
  SELECT n.id, n.namespace, n.request, n.holder, n.run_id, n.run_epoch, n.actor, n.shard, 1, $9::bigint,
    $10::timestamptz, $10::timestamptz + $9::bigint * interval '1 microsecond'
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::bigint[], $7::text[],
    $8::smallint[]) WITH ORDINALITY
    AS n (id, namespace, request, holder, run_id, run_epoch, actor, shard, place)
  ORDER BY n.place
  RETURNING id, number, shard
), wants AS (
  INSERT INTO limit_want (limit_id, lease_id, number, slots, joint)
  SELECT n.limit_id, w.id, w.number, n.slots, n.joint
  FROM unnest($11::uuid[], $12::uuid[], $13::integer[], $14::boolean[]) AS n (lease_id, limit_id, slots, joint)
  JOIN waiters w ON w.id = n.lease_id
)
INSERT INTO limit_mark (shard, limit_id)
SELECT DISTINCT w.shard, n.limit_id
FROM unnest($11::uuid[], $12::uuid[]) AS n (lease_id, limit_id) JOIN waiters w ON w.id = n.lease_id

-- name: lock_run_leases
-- Which of these leases are there still; they cannot lapse before this transaction ends.
SELECT id FROM limit_lease WHERE id = ANY ($1::uuid[]) AND end_time IS NULL ORDER BY id FOR NO KEY UPDATE

-- name: take_run_slots
-- Leases become their runs': they last as long as these go on.
UPDATE limit_lease l SET collected = true, expire_time = NULL, run_epoch = n.run_epoch
FROM unnest($1::uuid[], $2::bigint[]) AS n (id, run_epoch) WHERE l.id = n.id

-- name: release_run_slots
-- Gives back what runs hold, and takes them out of line; the lines are to be looked at. Slots that come back by time
-- stay.
WITH leases AS MATERIALIZED (
  SELECT id FROM limit_lease WHERE run_id = ANY ($1::uuid[]) AND run_epoch IS NOT NULL AND end_time IS NULL
  ORDER BY id FOR UPDATE
), ended AS (
  DELETE FROM limit_lease l USING leases e WHERE l.id = e.id RETURNING l.id
), freed AS (
  DELETE FROM limit_hold h USING ended e WHERE h.lease_id = e.id AND h.return_time IS NULL RETURNING h.limit_id
), places AS MATERIALIZED (
  SELECT id FROM limit_waiter WHERE run_id = ANY ($1::uuid[]) AND run_epoch IS NOT NULL ORDER BY id FOR UPDATE
), left_line AS (
  DELETE FROM limit_waiter w USING places p WHERE w.id = p.id RETURNING w.id
), unwanted AS (
  DELETE FROM limit_want n USING left_line w WHERE n.lease_id = w.id RETURNING n.limit_id
)
INSERT INTO limit_mark (shard, limit_id)
SELECT l.shard, l.id FROM slot_limit l
WHERE l.id IN (SELECT limit_id FROM freed UNION SELECT limit_id FROM unwanted)

-- name: list_tag_limits
-- Every limit of the scope TAG.
SELECT namespace, name FROM slot_limit WHERE scope = 2
