-- Workers: who they are, and what they hold.

-- name: enter_worker
-- A worker comes, or comes again. It is asked to leave no more, unless it only connects again. Returns its id, whether it
-- is to leave, the mark of this coming, and the session that it had before.
WITH old AS MATERIALIZED (
  SELECT session_id FROM worker WHERE pool_id = $3::uuid AND name = $4::text
)
INSERT INTO worker AS w (id, namespace, pool_id, name, session_id, version, host, labels, queues, deployments,
  create_time, seen_time)
SELECT $1::uuid, $2::text, $3::uuid, $4::text, $5::uuid, $6::text, $7::text, $8::jsonb, $9::text[], $10::text[],
  n.now, n.now
FROM (SELECT clock_timestamp() AS now) n
ON CONFLICT (pool_id, name) DO UPDATE SET session_id = excluded.session_id, version = excluded.version,
  host = excluded.host, labels = excluded.labels, queues = excluded.queues, deployments = excluded.deployments,
  is_draining = w.is_draining AND w.session_id = excluded.session_id, is_leaving = false,
  seen_time = greatest(w.seen_time + interval '1 microsecond', excluded.seen_time)
RETURNING w.id, w.is_draining, w.seen_time, (SELECT session_id FROM old)

-- name: renew_workers
-- Heartbeats of the workers of a replica: their sessions' leases run their full length again. Says which are to leave,
-- which came again elsewhere, and which have no session any more.
WITH beat AS (
  SELECT s.id FROM session s WHERE s.id = ANY ($2::uuid[]) AND NOT s.is_closed ORDER BY s.id FOR NO KEY UPDATE SKIP LOCKED
), renewed AS (
  UPDATE session s SET beat_time = greatest(s.beat_time, n.now), taken_until = NULL,
    lease_until = greatest(s.lease_until, n.now + s.ttl_us * interval '1 microsecond')
  FROM beat b, clock_timestamp() AS n (now) WHERE s.id = b.id
)
SELECT w.id, w.is_draining, w.seen_time, s.id IS NOT NULL
FROM unnest($1::uuid[]) AS k (id) JOIN worker w ON w.id = k.id LEFT JOIN session s ON s.id = w.session_id AND NOT s.is_closed

-- name: find_workers
-- How workers stand: whether each is to leave, and the mark of its last coming.
SELECT w.id, w.is_draining, w.seen_time FROM worker w WHERE w.id = ANY ($1::uuid[])

-- name: list_workers
-- Workers by pool and name, after one: of a pool or of all, those that are online or all.
SELECT w.id, w.namespace, p.name, p.type, w.name, w.session_id, w.version, w.host, w.labels, w.queues, w.deployments,
  w.is_draining OR w.is_leaving, w.create_time, greatest(w.seen_time, s.beat_time), coalesce(s.lease_until > clock_timestamp(), false),
  (SELECT count(*) FROM work_item i WHERE i.worker_id = w.id AND i.standing = 2)
FROM worker w JOIN pool p ON p.id = w.pool_id LEFT JOIN session s ON s.id = w.session_id
WHERE w.namespace = $1::text AND ($2::uuid IS NULL OR w.pool_id = $2::uuid)
  AND ($3::text IS NULL OR w.name = $3::text)
  AND ($4::boolean OR s.lease_until > clock_timestamp()) AND (p.name, w.name) > ($5::text, $6::text)
ORDER BY p.name, w.name LIMIT $7::bigint

-- name: drain_worker
-- Asks a worker to leave.
UPDATE worker SET is_draining = true WHERE pool_id = $1::uuid AND name = $2::text RETURNING id

-- name: mark_leaving_worker
-- A worker says that it takes no more, unless it came again since.
UPDATE worker SET is_leaving = true WHERE id = $1::uuid AND seen_time = $2::timestamptz

-- name: forget_leaving
-- A worker has left: the next one that has its session was asked for nothing.
UPDATE worker SET is_draining = false, is_leaving = false
WHERE session_id = $1::uuid AND (is_draining OR is_leaving)

-- name: delete_worker
-- Forgets a worker whose session does not last.
DELETE FROM worker w WHERE w.pool_id = $1::uuid AND w.name = $2::text
  AND NOT EXISTS (SELECT FROM session s WHERE s.id = w.session_id AND s.lease_until > clock_timestamp())
RETURNING w.id

-- name: accept_offers
-- Workers have taken runs: their offers do not lapse any more. Returns those that are not theirs any more; one that waits for
-- its next attempt with its executor is.
WITH told AS (
  SELECT * FROM unnest($1::uuid[], $2::bigint[]) AS t (run_id, epoch)
), taken AS (
  SELECT w.run_id FROM work_item w JOIN told t ON t.run_id = w.run_id AND t.epoch = w.epoch
  WHERE w.run_id = ANY ($1::uuid[]) AND w.standing = 2 AND w.offer_until IS NOT NULL ORDER BY w.run_id FOR NO KEY UPDATE OF w
), accepted AS (
  UPDATE work_item w SET offer_until = NULL, declined_by = NULL, decline_reason = NULL FROM taken t WHERE w.run_id = t.run_id
)
SELECT t.run_id, t.epoch FROM told t LEFT JOIN run_state s ON s.id = t.run_id
WHERE s.id IS NULL OR s.epoch <> t.epoch OR (s.state_type = 1 AND s.execution_id IS NULL)

-- name: check_offers
-- How runs stand that workers were offered: the epoch, the state and whether an executor has it.
SELECT s.id, s.epoch, s.state_type, s.execution_id IS NOT NULL, s.session_id
FROM run_state s WHERE s.id = ANY ($1::uuid[])

-- name: list_unaccepted_offers
-- Runs that a worker was offered and has not taken yet.
SELECT run_id, epoch FROM work_item
WHERE worker_id = $1::uuid AND standing = 2 AND offer_until IS NOT NULL ORDER BY run_id

-- name: doubt_offers
-- A worker comes again and does not name runs that it has taken and that have not begun: their offers lapse in a while,
-- unless it takes them once more. Not at once, for what their executors have to tell may be on its way. Rows of runs are
-- locked before where they stand, as everywhere, and none may begin meanwhile.
WITH unbegun AS MATERIALIZED (
  SELECT s.id FROM work_item w JOIN run_state s ON s.id = w.run_id
  WHERE w.worker_id = $1::uuid AND w.standing = 2 AND w.offer_until IS NULL
    AND s.state_type = 2 AND s.execution_id IS NULL
    AND NOT EXISTS (SELECT FROM unnest($2::uuid[], $3::bigint[]) AS h (run_id, epoch)
      WHERE h.run_id = w.run_id AND h.epoch = w.epoch)
  ORDER BY s.id FOR NO KEY UPDATE OF s
)
UPDATE work_item w SET offer_until = clock_timestamp() + $4::bigint * interval '1 microsecond'
FROM unbegun u WHERE w.run_id = u.id AND w.worker_id = $1::uuid AND w.standing = 2 AND w.offer_until IS NULL

-- name: note_decline
-- Notes who of a namespace sent an offer back, and why; no row when it is not its.
UPDATE work_item SET declined_by = $3::text, decline_reason = $4::text
WHERE run_id = $1::uuid AND epoch = $2::bigint AND standing = 2 AND namespace = $5::text RETURNING run_id

-- name: count_misfire
-- An executor ended before its run began. Returns how often that has happened; no row when the run is not at that point.
UPDATE work_item SET misfires = misfires + 1
WHERE run_id = $1::uuid AND epoch = $2::bigint AND standing = 2 AND namespace = $3::text RETURNING misfires
