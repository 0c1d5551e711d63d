-- Leases of slots, those who wait for them, and the granter. Limits are locked in id order, always first.

-- name: lock_wanted_limits
-- Locks the limits that requests name, by id or by scope and name; the answers are in no order.
SELECT w.item, l.id, l.scope, l.name, l.slots, l.decay, l.enabled
FROM (
  SELECT l.* FROM slot_limit l
  WHERE l.id IN (SELECT n.id FROM unnest($1::text[], $2::uuid[]) AS w (namespace, id)
    JOIN slot_limit n ON n.id = w.id AND n.namespace = w.namespace
    UNION ALL SELECT n.id FROM unnest($1::text[], $3::smallint[], $4::text[]) AS w (namespace, scope, name)
    JOIN slot_limit n ON n.namespace = w.namespace AND n.scope = w.scope AND n.name = w.name)
  ORDER BY l.id FOR NO KEY UPDATE
) l JOIN unnest($1::text[], $2::uuid[], $3::smallint[], $4::text[]) WITH ORDINALITY
  AS w (namespace, id, scope, name, item)
  ON l.namespace = w.namespace AND (l.id = w.id OR l.scope = w.scope AND l.name = w.name)

-- name: read_wanted_limits
-- How full they are, now that they are locked, and the time.
SELECT u.id, u.held, u.draining, u.drained_by, u.holders, u.waiters, u.line, clock_timestamp()
FROM limit_usage u
WHERE u.id IN (SELECT n.id FROM unnest($1::text[], $2::uuid[]) AS w (namespace, id)
  JOIN slot_limit n ON n.id = w.id AND n.namespace = w.namespace
  UNION ALL SELECT n.id FROM unnest($1::text[], $3::smallint[], $4::text[]) AS w (namespace, scope, name)
  JOIN slot_limit n ON n.namespace = w.namespace AND n.scope = w.scope AND n.name = w.name)

-- name: find_lease
-- Leases of any state, and those who wait, by id; place is how many stand before it, where that is most.
SELECT l.id, l.namespace, coalesce(l.end_state, 2)::smallint, l.mode, l.request, l.holder, l.run_id,
  coalesce(l.session_id, s.id), l.actor, l.ttl_us, l.create_time, l.grant_time, coalesce(l.expire_time, s.lease_until),
  l.end_time, 0::bigint,
  ARRAY(SELECT h.limit_id FROM limit_hold h WHERE h.lease_id = l.id ORDER BY h.limit_id),
  ARRAY(SELECT h.slots::integer FROM limit_hold h WHERE h.lease_id = l.id ORDER BY h.limit_id),
  ARRAY(SELECT coalesce((extract(epoch FROM h.return_time) * 1000000)::bigint, 0) FROM limit_hold h
      WHERE h.lease_id = l.id ORDER BY h.limit_id)
FROM limit_lease l LEFT JOIN claim c ON c.run_id = l.run_id AND l.run_epoch IS NOT NULL
  LEFT JOIN session s ON s.id = c.session_id
WHERE l.id = ANY ($1::uuid[])
UNION ALL
SELECT w.id, w.namespace, 1::smallint, w.mode, w.request, w.holder, w.run_id, w.session_id, w.actor,
  w.ttl_us, w.create_time, NULL, w.expire_time, NULL,
  (SELECT max(p.place) FROM limit_want n CROSS JOIN LATERAL (SELECT count(*) AS place FROM limit_want o
    WHERE o.limit_id = n.limit_id AND o.number <= n.number) p WHERE n.lease_id = w.id),
  ARRAY(SELECT n.limit_id FROM limit_want n WHERE n.lease_id = w.id ORDER BY n.limit_id),
  ARRAY(SELECT n.slots::integer FROM limit_want n WHERE n.lease_id = w.id ORDER BY n.limit_id),
  ARRAY(SELECT 0::bigint FROM limit_want n WHERE n.lease_id = w.id)
FROM limit_waiter w WHERE w.id = ANY ($1::uuid[])

-- name: find_open_sessions
-- Which of these sessions have a lease that runs.
SELECT s.id, s.namespace FROM unnest($1::uuid[], $2::text[]) AS w (id, namespace)
JOIN session s ON s.id = w.id AND s.namespace = w.namespace AND s.lease_until >= clock_timestamp()

-- name: insert_leases
-- Grants newcomers.
INSERT INTO limit_lease (id, namespace, mode, request, holder, run_id, session_id, actor, ttl_us, create_time,
  grant_time, expire_time, collected)
SELECT n.*, $10::timestamptz, $10::timestamptz, $10::timestamptz + n.ttl_us * interval '1 microsecond', true
FROM unnest($1::uuid[], $2::text[], $3::smallint[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::text[],
  $9::bigint[]) AS n (id, namespace, mode, request, holder, run_id, session_id, actor, ttl_us)

-- name: insert_holds
-- The slots of leases that are granted.
INSERT INTO limit_hold (limit_id, lease_id, slots, return_time)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::timestamptz[])

-- name: insert_waiters
-- Puts some in line, in the order given, and has the lines looked at: what was free when they came is not lost to them.
WITH waiters AS (
  INSERT INTO limit_waiter (id, namespace, mode, request, holder, run_id, session_id, actor, ttl_us, shard,
    create_time, expire_time)
  SELECT n.id, n.namespace, n.mode, n.request, n.holder, n.run_id, n.session_id, n.actor, n.ttl_us, n.shard,
    $10::timestamptz, $10::timestamptz + $12::bigint * interval '1 microsecond'
  FROM unnest($1::uuid[], $2::text[], $3::smallint[], $4::text[], $5::text[], $6::uuid[], $7::uuid[], $8::text[],
    $9::bigint[], $11::smallint[]) WITH ORDINALITY
    AS n (id, namespace, mode, request, holder, run_id, session_id, actor, ttl_us, shard, place)
  ORDER BY n.place
  RETURNING id, number, shard
), wants AS (
  INSERT INTO limit_want (limit_id, lease_id, number, slots, joint)
  SELECT n.limit_id, w.id, w.number, n.slots, n.joint
  FROM unnest($13::uuid[], $14::uuid[], $15::integer[], $16::boolean[]) AS n (lease_id, limit_id, slots, joint)
  JOIN waiters w ON w.id = n.lease_id
)
INSERT INTO limit_mark (shard, limit_id)
SELECT DISTINCT w.shard, n.limit_id
FROM unnest($13::uuid[], $14::uuid[]) AS n (lease_id, limit_id) JOIN waiters w ON w.id = n.lease_id

-- name: collect_leases
-- Those who asked are told of their grants: the full terms run from the first time on.
UPDATE limit_lease l SET collected = true, expire_time = greatest(l.expire_time,
  clock_timestamp() + l.ttl_us * interval '1 microsecond')
FROM (SELECT id FROM limit_lease WHERE id = ANY ($1::uuid[]) AND end_time IS NULL AND NOT collected
  ORDER BY id FOR NO KEY UPDATE) c
WHERE l.id = c.id
RETURNING l.id, l.expire_time

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
-- Those who wait have asked again. A place that had lapsed may have been passed over by whoever heeded the last mark of its
-- line, so it leaves another one.
WITH kept AS MATERIALIZED (
  SELECT w.id, w.shard, w.expire_time < clock_timestamp() AS has_lapsed FROM limit_waiter w WHERE w.id = ANY ($1::uuid[])
  ORDER BY w.id FOR NO KEY UPDATE SKIP LOCKED
), renewed AS (
  UPDATE limit_waiter w
  SET expire_time = greatest(w.expire_time, clock_timestamp() + $2::bigint * interval '1 microsecond')
  FROM kept k WHERE w.id = k.id
)
INSERT INTO limit_mark (shard, limit_id)
SELECT DISTINCT k.shard, n.limit_id FROM kept k JOIN limit_want n ON n.lease_id = k.id WHERE k.has_lapsed

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

-- name: find_lease_namespaces
-- Where leases and places in line belong.
SELECT id, namespace FROM limit_lease WHERE id = ANY ($1::uuid[])
UNION ALL
SELECT id, namespace FROM limit_waiter WHERE id = ANY ($1::uuid[])

-- name: list_leases
-- Leases that are held, by the time of their grant, then those who wait, by their place; after a position. What a run
-- holds or wants as one is held by the name of the run.
SELECT p.id, p.namespace, p.state, p.mode, p.request,
  CASE WHEN p.run_epoch IS NULL THEN p.holder ELSE coalesce(r.name, p.holder) END, p.run_id, p.session_id,
  p.actor, p.ttl_us, p.create_time, p.grant_time, p.expire_time, p.end_time, p.place, p.limits, p.slots, p.times, p.position
FROM (SELECT * FROM (
  SELECT l.id, l.namespace, 2::smallint AS state, l.mode, l.request, l.holder, l.run_id,
    coalesce(l.session_id, s.id) AS session_id, l.actor, l.ttl_us, l.create_time, l.grant_time,
    coalesce(l.expire_time, s.lease_until) AS expire_time, l.end_time, 0::bigint AS place,
    ARRAY(SELECT h.limit_id FROM limit_hold h WHERE h.lease_id = l.id ORDER BY h.limit_id) AS limits,
    ARRAY(SELECT h.slots::integer FROM limit_hold h WHERE h.lease_id = l.id ORDER BY h.limit_id) AS slots,
    ARRAY(SELECT coalesce((extract(epoch FROM h.return_time) * 1000000)::bigint, 0) FROM limit_hold h
      WHERE h.lease_id = l.id ORDER BY h.limit_id) AS times,
    (extract(epoch FROM l.grant_time) * 1000000)::bigint AS position, l.run_epoch
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
    ARRAY(SELECT 0::bigint FROM limit_want n WHERE n.lease_id = w.id), w.number, w.run_epoch
  FROM limit_waiter w WHERE w.namespace = $1::text
    AND ($2::uuid IS NULL OR w.id IN (SELECT n.lease_id FROM limit_want n WHERE n.limit_id = $2::uuid))
) both_sorts
WHERE ($3::text IS NULL OR holder = $3::text
    OR run_epoch IS NOT NULL AND EXISTS (SELECT FROM run o WHERE o.id = both_sorts.run_id AND o.name = $3::text))
  AND ($4::uuid IS NULL OR run_id = $4::uuid)
  AND (-state, position, id) > ($5::integer, $6::bigint, $7::uuid)
ORDER BY -state, position, id LIMIT $8::bigint) p LEFT JOIN run r ON r.id = p.run_id
ORDER BY -p.state, p.position, p.id

-- name: list_work_leases
-- Runs that are with workers, the longest first, then those that wait for one, in their order, after a position: of a
-- deployment (scope 3), a pool (4) or a queue (5), whose slots they take. The place of one that waits is that of now.
SELECT i.run_id, r.namespace, i.state, r.name, coalesce(k.name, ''), i.session_id, r.create_time, i.since, i.place, i.position
FROM (
  SELECT w.run_id, 2::smallint AS state, w.worker_id, s.session_id, coalesce(s.start_time, s.transition_time) AS since,
    0::bigint AS place, (extract(epoch FROM coalesce(s.start_time, s.transition_time)) * 1000000)::bigint AS position
  FROM (
    SELECT run_id, worker_id FROM work_item
    WHERE $2::smallint = 3 AND deployment_id = $1::uuid AND (standing = 2 OR taken_until IS NOT NULL)
    UNION ALL
    SELECT run_id, worker_id FROM work_item
    WHERE $2::smallint = 4 AND pool_id = $1::uuid AND (standing = 2 OR taken_until IS NOT NULL)
    UNION ALL
    SELECT w.run_id, w.worker_id FROM queue q JOIN work_item w ON w.pool_id = q.pool_id AND w.queue_id = q.id
    WHERE $2::smallint = 5 AND q.id = $1::uuid AND (w.standing = 2 OR w.taken_until IS NOT NULL)
  ) w JOIN run_state s ON s.id = w.run_id
  UNION ALL
  SELECT w.run_id, 1::smallint, NULL, NULL, NULL, w.place, w.place
  FROM (
    SELECT w.run_id, row_number() OVER (ORDER BY w.priority, w.due, w.run_id) AS place FROM (
      SELECT run_id, 0 AS priority, due FROM work_item
      WHERE $2::smallint = 3 AND deployment_id = $1::uuid AND standing = 1 AND gate = 0 AND due <= statement_timestamp()
        AND taken_until IS NULL
      UNION ALL
      SELECT w.run_id, q.priority, w.due FROM queue q JOIN work_item w ON w.queue_id = q.id
      WHERE ($2::smallint = 4 AND q.pool_id = $1::uuid OR $2::smallint = 5 AND q.id = $1::uuid)
        AND w.standing = 1 AND w.gate = 0 AND w.due <= statement_timestamp() AND w.taken_until IS NULL
    ) w
  ) w
) i JOIN run r ON r.id = i.run_id LEFT JOIN worker k ON k.id = i.worker_id
WHERE ($3::text IS NULL OR r.name = $3::text) AND ($4::uuid IS NULL OR i.run_id = $4::uuid)
  AND (-i.state, i.position, i.run_id) > ($5::integer, $6::bigint, $7::uuid)
ORDER BY -i.state, i.position, i.run_id LIMIT $8::bigint

-- name: name_limits
-- Names and scopes of limits.
SELECT id, scope, name FROM slot_limit WHERE id = ANY ($1::uuid[])
