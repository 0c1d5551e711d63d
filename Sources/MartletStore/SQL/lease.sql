-- Leases of slots, those who wait for them, and the granter. Limits are locked in id order, always first.

-- name: lock_wanted_limits
-- Locks the limits that a request names, by id or by scope and name; the answers are in no order.
SELECT w.item, l.id, l.scope, l.name, l.slots, l.decay, l.enabled
FROM (
  SELECT l.* FROM slot_limit l
  WHERE l.namespace = $1::text AND l.id IN (SELECT unnest($2::uuid[]) UNION ALL SELECT n.id FROM slot_limit n
    JOIN unnest($3::smallint[], $4::text[]) AS w (scope, name) ON n.scope = w.scope AND n.name = w.name
    WHERE n.namespace = $1::text)
  ORDER BY l.id FOR NO KEY UPDATE
) l JOIN unnest($2::uuid[], $3::smallint[], $4::text[]) WITH ORDINALITY AS w (id, scope, name, item)
  ON l.id = w.id OR l.scope = w.scope AND l.name = w.name

-- name: read_wanted_limits
-- How full they are, now that they are locked, and the time.
SELECT l.id, u.held, u.draining, u.drained_by, u.holders, u.waiters, u.line, clock_timestamp()
FROM slot_limit l JOIN limit_usage u ON u.id = l.id
WHERE l.namespace = $1::text AND l.id IN (SELECT unnest($2::uuid[]) UNION ALL SELECT n.id FROM slot_limit n
  JOIN unnest($3::smallint[], $4::text[]) AS w (scope, name) ON n.scope = w.scope AND n.name = w.name
  WHERE n.namespace = $1::text)

-- name: find_lease
-- A lease of any state, or one who waits, by id; place is how many stand before it, where that is most.
SELECT l.id, l.namespace, coalesce(l.end_state, 2)::smallint, l.mode, l.request, l.holder, l.run_id,
  coalesce(l.session_id, s.id), l.actor, l.ttl_us, l.create_time, l.grant_time, coalesce(l.expire_time, s.lease_until),
  l.end_time, 0::bigint,
  ARRAY(SELECT h.limit_id FROM limit_hold h WHERE h.lease_id = l.id ORDER BY h.limit_id),
  ARRAY(SELECT h.slots::integer FROM limit_hold h WHERE h.lease_id = l.id ORDER BY h.limit_id),
  ARRAY(SELECT coalesce((extract(epoch FROM h.return_time) * 1000000)::bigint, 0) FROM limit_hold h
      WHERE h.lease_id = l.id ORDER BY h.limit_id)
FROM limit_lease l LEFT JOIN claim c ON c.run_id = l.run_id AND l.run_epoch IS NOT NULL
  LEFT JOIN session s ON s.id = c.session_id
WHERE l.id = $1::uuid
UNION ALL
SELECT w.id, w.namespace, 1::smallint, w.mode, w.request, w.holder, w.run_id, w.session_id, w.actor,
  w.ttl_us, w.create_time, NULL, w.expire_time, NULL,
  (SELECT max(p.place) FROM limit_want n CROSS JOIN LATERAL (SELECT count(*) AS place FROM limit_want o
    WHERE o.limit_id = n.limit_id AND o.number <= n.number) p WHERE n.lease_id = w.id),
  ARRAY(SELECT n.limit_id FROM limit_want n WHERE n.lease_id = w.id ORDER BY n.limit_id),
  ARRAY(SELECT n.slots::integer FROM limit_want n WHERE n.lease_id = w.id ORDER BY n.limit_id),
  ARRAY(SELECT 0::bigint FROM limit_want n WHERE n.lease_id = w.id)
FROM limit_waiter w WHERE w.id = $1::uuid

-- name: find_open_session
-- Whether a session's lease runs.
SELECT 1::bigint FROM session WHERE id = $1::uuid AND namespace = $2::text AND lease_until >= clock_timestamp()

-- name: insert_lease
-- Grants a newcomer.
INSERT INTO limit_lease (id, namespace, mode, request, holder, run_id, session_id, actor, ttl_us, create_time,
  grant_time, expire_time, collected)
SELECT $1::uuid, $2::text, $3::smallint, $4::text, $5::text, $6::uuid, $7::uuid, $8::text, $9::bigint,
  $10::timestamptz, $10::timestamptz, $10::timestamptz + $9::bigint * interval '1 microsecond', true

-- name: insert_holds
-- The slots of leases that are granted.
INSERT INTO limit_hold (limit_id, lease_id, slots, return_time)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::timestamptz[])

-- name: insert_waiter
-- Puts somebody in line, and has the line looked at: what was free when the request came is not lost to it.
WITH waiter AS (
  INSERT INTO limit_waiter (id, namespace, shard, mode, request, holder, run_id, session_id, actor, ttl_us,
    create_time, expire_time)
  VALUES ($1::uuid, $2::text, $3::smallint, $4::smallint, $5::text, $6::text, $7::uuid, $8::uuid, $9::text,
    $10::bigint, $11::timestamptz, $11::timestamptz + $12::bigint * interval '1 microsecond')
  RETURNING number
), wants AS (
  INSERT INTO limit_want (limit_id, lease_id, number, slots, joint)
  SELECT n.limit_id, $1::uuid, w.number, n.slots, cardinality($13::uuid[]) > 1
  FROM waiter w, unnest($13::uuid[], $14::integer[]) AS n (limit_id, slots)
)
INSERT INTO limit_mark (shard, limit_id) SELECT $3::smallint, limit_id FROM unnest($13::uuid[]) AS n (limit_id)

-- name: collect_lease
-- The one who asked is told of the grant: the full term runs from the first time on.
UPDATE limit_lease SET collected = true, expire_time = greatest(expire_time,
  clock_timestamp() + ttl_us * interval '1 microsecond')
WHERE id = $1::uuid AND end_time IS NULL AND NOT collected
RETURNING expire_time

-- name: collect_leases
-- Many who asked are told of their grants.
UPDATE limit_lease l SET collected = true, expire_time = greatest(l.expire_time,
  clock_timestamp() + l.ttl_us * interval '1 microsecond')
FROM (SELECT id FROM limit_lease WHERE id = ANY ($1::uuid[]) AND end_time IS NULL AND NOT collected
  ORDER BY id FOR NO KEY UPDATE) c
WHERE l.id = c.id

-- name: find_leases
-- Leases that are held.
SELECT l.id, l.namespace, 2::smallint, l.mode, l.request, l.holder, l.run_id, l.session_id, l.actor, l.ttl_us,
  l.create_time, l.grant_time, l.expire_time, l.end_time, 0::bigint,
  ARRAY(SELECT h.limit_id FROM limit_hold h WHERE h.lease_id = l.id ORDER BY h.limit_id),
  ARRAY(SELECT h.slots::integer FROM limit_hold h WHERE h.lease_id = l.id ORDER BY h.limit_id),
  ARRAY(SELECT coalesce((extract(epoch FROM h.return_time) * 1000000)::bigint, 0) FROM limit_hold h
      WHERE h.lease_id = l.id ORDER BY h.limit_id)
FROM limit_lease l WHERE l.id = ANY ($1::uuid[]) AND l.end_time IS NULL AND l.run_epoch IS NULL

-- name: return_leases
-- Those who asked had gone when they were to be told: their grants run for a short time again.
UPDATE limit_lease l SET collected = false, expire_time = least(l.expire_time,
  clock_timestamp() + $2::bigint * interval '1 microsecond')
FROM (SELECT id FROM limit_lease WHERE id = ANY ($1::uuid[]) AND end_time IS NULL AND collected
  ORDER BY id FOR NO KEY UPDATE) c
WHERE l.id = c.id

-- name: keep_places
-- Those who wait have asked again.
UPDATE limit_waiter SET expire_time = greatest(expire_time, clock_timestamp() + $2::bigint * interval '1 microsecond')
WHERE id IN (SELECT w.id FROM limit_waiter w WHERE w.id = ANY ($1::uuid[]) ORDER BY w.id
  FOR NO KEY UPDATE SKIP LOCKED)

-- name: list_left_line
-- Which of these stand in line no more.
SELECT a.id FROM unnest($1::uuid[]) AS a (id)
WHERE NOT EXISTS (SELECT FROM limit_waiter w WHERE w.id = a.id)

-- name: renew_lease
-- Makes a lease run its full term again, of another length if given. One that is past its time and has
-- not been ended yet is saved; one that lasts as long as its run does stays so.
UPDATE limit_lease SET ttl_us = coalesce($3::bigint, ttl_us), collected = true,
  expire_time = CASE WHEN expire_time IS NOT NULL
    THEN clock_timestamp() + coalesce($3::bigint, ttl_us) * interval '1 microsecond' END
WHERE id = $1::uuid AND namespace = $2::text AND end_time IS NULL
RETURNING coalesce(expire_time, clock_timestamp() + ttl_us * interval '1 microsecond')

-- name: end_leases
-- Ends leases and leaves lines; the limits are to be looked at. Slots that come back by time stay.
WITH leases AS MATERIALIZED (
  SELECT id FROM limit_lease WHERE id = ANY ($1::uuid[]) AND end_time IS NULL ORDER BY id FOR NO KEY UPDATE
), ended AS (
  UPDATE limit_lease l SET end_time = clock_timestamp(), end_state = $2::smallint
  FROM leases WHERE l.id = leases.id RETURNING l.id
), freed AS (
  DELETE FROM limit_hold h USING ended e WHERE h.lease_id = e.id AND h.return_time IS NULL RETURNING h.limit_id
), left_line AS (
  DELETE FROM limit_waiter WHERE id = ANY ($1::uuid[]) RETURNING id
), unwanted AS (
  DELETE FROM limit_want n USING left_line w WHERE n.lease_id = w.id RETURNING n.limit_id
), marked AS (
  INSERT INTO limit_mark (shard, limit_id)
  SELECT l.shard, l.id FROM slot_limit l
  WHERE l.id IN (SELECT limit_id FROM freed UNION SELECT limit_id FROM unwanted)
)
SELECT id FROM ended UNION ALL SELECT id FROM left_line

-- name: list_leases
-- Leases that are held, by the time of their grant, then those who wait, by their place; after a position.
SELECT * FROM (
  SELECT l.id, l.namespace, 2::smallint AS state, l.mode, l.request, l.holder, l.run_id,
    coalesce(l.session_id, s.id), l.actor, l.ttl_us, l.create_time, l.grant_time,
    coalesce(l.expire_time, s.lease_until), l.end_time, 0::bigint AS place,
    ARRAY(SELECT h.limit_id FROM limit_hold h WHERE h.lease_id = l.id ORDER BY h.limit_id),
    ARRAY(SELECT h.slots::integer FROM limit_hold h WHERE h.lease_id = l.id ORDER BY h.limit_id),
    ARRAY(SELECT coalesce((extract(epoch FROM h.return_time) * 1000000)::bigint, 0) FROM limit_hold h
      WHERE h.lease_id = l.id ORDER BY h.limit_id),
    (extract(epoch FROM l.grant_time) * 1000000)::bigint AS position
  FROM limit_lease l LEFT JOIN claim c ON c.run_id = l.run_id AND l.run_epoch IS NOT NULL
    LEFT JOIN session s ON s.id = c.session_id
  WHERE l.namespace = $1::text AND l.end_time IS NULL
    AND ($2::uuid IS NULL OR l.id IN (SELECT h.lease_id FROM limit_hold h WHERE h.limit_id = $2::uuid))
  UNION ALL
  SELECT w.id, w.namespace, 1::smallint, w.mode, w.request, w.holder, w.run_id, w.session_id, w.actor, w.ttl_us,
    w.create_time, NULL, w.expire_time, NULL,
    (SELECT max(p.place) FROM limit_want n CROSS JOIN LATERAL (SELECT count(*) AS place FROM limit_want o
      WHERE o.limit_id = n.limit_id AND o.number <= n.number) p
      WHERE n.lease_id = w.id AND ($2::uuid IS NULL OR n.limit_id = $2::uuid)),
    ARRAY(SELECT n.limit_id FROM limit_want n WHERE n.lease_id = w.id ORDER BY n.limit_id),
    ARRAY(SELECT n.slots::integer FROM limit_want n WHERE n.lease_id = w.id ORDER BY n.limit_id),
    ARRAY(SELECT 0::bigint FROM limit_want n WHERE n.lease_id = w.id), w.number
  FROM limit_waiter w WHERE w.namespace = $1::text
    AND ($2::uuid IS NULL OR w.id IN (SELECT n.lease_id FROM limit_want n WHERE n.limit_id = $2::uuid))
) both_sorts
WHERE ($3::text IS NULL OR holder = $3::text) AND ($4::uuid IS NULL OR run_id = $4::uuid)
  AND (-state, position, id) > ($5::integer, $6::bigint, $7::uuid)
ORDER BY -state, position, id LIMIT $8::bigint

-- name: name_limits
-- Names and scopes of limits.
SELECT id, scope, name FROM slot_limit WHERE id = ANY ($1::uuid[])
