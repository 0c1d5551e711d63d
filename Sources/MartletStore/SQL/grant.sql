-- What the granter of a shard does: it looks at lines that were marked or whose time has come.

-- name: take_granter_shards
-- Keeps the shards of a granter and takes those whose granter lapsed.
UPDATE limit_granter g SET holder = $1::uuid,
  term = g.term + CASE WHEN g.holder IS DISTINCT FROM $1::uuid THEN 1 ELSE 0 END,
  lease_until = clock_timestamp() + $2::bigint * interval '1 microsecond'
WHERE g.shard IN (SELECT t.shard FROM limit_granter t
  WHERE t.holder = $1::uuid OR t.lease_until < clock_timestamp()
  ORDER BY t.shard FOR NO KEY UPDATE SKIP LOCKED)
RETURNING g.shard, g.term

-- name: leave_granter_shards
-- Gives the shards of a granter that stops to whoever comes next.
UPDATE limit_granter SET holder = NULL, lease_until = '-infinity' WHERE holder = $1::uuid

-- name: delete_idle_marks
-- Nobody stands in line there: whoever joins leaves a mark of their own, after this one was made.
DELETE FROM limit_mark m WHERE m.shard = ANY ($1::smallint[])
  AND NOT EXISTS (SELECT FROM limit_want n WHERE n.limit_id = m.limit_id)

-- name: find_marked_limits
-- Limits of some shards whose lines are to be looked at, those of one shard, and the last mark that is
-- seen with it.
WITH due AS (
  SELECT m.shard, m.limit_id, m.id FROM limit_mark m WHERE m.shard = ANY ($1::smallint[])
  UNION ALL
  SELECT w.shard, n.limit_id, 0 FROM limit_waiter w JOIN limit_want n ON n.lease_id = w.id
  WHERE w.due <= statement_timestamp() AND w.shard = ANY ($1::smallint[])
), one AS (
  SELECT shard FROM due ORDER BY shard = $2::smallint, shard LIMIT 1
)
SELECT due.shard, due.limit_id, array_agg(due.id) FROM due JOIN one ON one.shard = due.shard
GROUP BY due.shard, due.limit_id ORDER BY due.limit_id LIMIT $3::bigint

-- name: check_granter
-- Fences: whether this granter still has its shard. Nobody takes it over before this transaction ends.
SELECT 1::bigint FROM limit_granter WHERE shard = $1::smallint AND holder = $2::uuid AND term = $3::bigint
  AND lease_until >= clock_timestamp() FOR SHARE

-- name: lock_line_limits
-- Locks limits, and those that are wanted together with them.
WITH RECURSIVE near (id) AS (
  SELECT unnest($1::uuid[])
  UNION
  SELECT o.limit_id FROM near JOIN limit_want n ON n.limit_id = near.id AND n.joint
    JOIN limit_want o ON o.lease_id = n.lease_id
)
SELECT l.id, l.slots, l.decay, l.enabled FROM slot_limit l
WHERE l.id IN (SELECT id FROM near) ORDER BY l.id FOR NO KEY UPDATE

-- name: read_line_limits
-- How full they are, now that they are locked, and the time.
SELECT u.id, u.held, u.draining, u.drained_by, clock_timestamp()
FROM limit_usage u WHERE u.id = ANY ($1::uuid[])

-- name: read_lines
-- The first of every line, whose places have not lapsed, with all they want; and where the line was cut.
SELECT w.id, n.number, n.limit_id, n.slots::integer, w.due, f.line, f.seen, f.last
FROM unnest($1::uuid[]) AS l (id)
CROSS JOIN LATERAL (SELECT v.lease_id, l.id AS line, count(*) OVER () AS seen, max(v.number) OVER () AS last
  FROM (SELECT w.lease_id, w.number FROM limit_want w WHERE w.limit_id = l.id ORDER BY w.number LIMIT $2::bigint) v) f
LEFT JOIN limit_waiter w ON w.id = f.lease_id AND w.expire_time >= clock_timestamp()
LEFT JOIN limit_want n ON n.lease_id = w.id

-- name: grant_waiters
-- Turns those who are served into leases: of those who are told at once the full terms run, of others a short time,
-- until they are told.
WITH places AS MATERIALIZED (
  SELECT id FROM limit_waiter WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE
), served AS (
  DELETE FROM limit_waiter w USING places g WHERE w.id = g.id RETURNING w.*
), unwanted AS (
  DELETE FROM limit_want n USING unnest($1::uuid[]) AS g (id) WHERE n.lease_id = g.id
)
INSERT INTO limit_lease (id, namespace, mode, request, holder, run_id, run_epoch, session_id, actor, ttl_us,
  create_time, grant_time, expire_time, collected)
SELECT s.id, s.namespace, s.mode, s.request, s.holder, s.run_id, s.run_epoch, s.session_id, s.actor, s.ttl_us, s.create_time,
  greatest($2::timestamptz, s.create_time),
  $2::timestamptz + CASE WHEN s.id = ANY ($4::uuid[]) THEN s.ttl_us ELSE least(s.ttl_us, $3::bigint) END
    * interval '1 microsecond',
  s.id = ANY ($4::uuid[])
FROM served s ORDER BY s.id
RETURNING id, namespace, mode, request, holder, run_id, session_id, actor, ttl_us, create_time, grant_time,
  expire_time, collected

-- name: set_waiters_due
-- When those who wait can be served because time has passed.
UPDATE limit_waiter w SET due = d.due FROM (
  SELECT w.id, d.due FROM limit_waiter w
  LEFT JOIN unnest($2::uuid[], $3::timestamptz[]) AS d (id, due) ON d.id = w.id
  WHERE w.id = ANY ($1::uuid[]) AND w.due IS DISTINCT FROM d.due ORDER BY w.id FOR NO KEY UPDATE OF w) d
WHERE w.id = d.id

-- name: delete_marks
-- The marks were heeded.
DELETE FROM limit_mark WHERE id = ANY ($1::bigint[])

-- name: insert_marks
-- There is more to do.
INSERT INTO limit_mark (shard, limit_id) SELECT $1::smallint, * FROM unnest($2::uuid[])

-- name: next_waiter_due
-- How long until a line must be looked at because time has passed.
SELECT (extract(epoch FROM min(due) - clock_timestamp()) * 1000000)::bigint FROM limit_waiter
WHERE due IS NOT NULL AND shard = ANY ($1::smallint[])
