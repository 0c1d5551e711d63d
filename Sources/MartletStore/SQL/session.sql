-- Leases of executors' sessions, and the clock they run by.

-- name: open_session
-- Opens a session, or takes up again one of the same id and namespace.
INSERT INTO session AS s (id, namespace, holder, actor, ttl_us, open_time, beat_time, lease_until)
SELECT $1::uuid, $2::text, $3::text, $4::text, $5::bigint, now, now,
  now + $5::bigint * interval '1 microsecond'
FROM clock_timestamp() AS now
ON CONFLICT (id) DO UPDATE SET epoch = s.epoch + 1, holder = excluded.holder, ttl_us = excluded.ttl_us,
  beat_time = excluded.beat_time, lease_until = excluded.lease_until, taken_until = NULL, is_closed = false
WHERE s.namespace = excluded.namespace
RETURNING s.id, s.namespace, s.holder, s.epoch, s.ttl_us, s.open_time, s.beat_time, s.lease_until

-- name: renew_sessions
-- Heartbeats of many sessions: each lease runs its full length again. Rows are taken in id order; one
-- that another replica renews at this moment is passed over, for it is being renewed. A closed one is as good as gone.
WITH beat AS (
  SELECT s.id FROM session s WHERE s.id = ANY ($1::uuid[]) AND NOT s.is_closed ORDER BY s.id FOR NO KEY UPDATE SKIP LOCKED
), renewed AS (
  UPDATE session s SET beat_time = greatest(s.beat_time, n.now), taken_until = NULL,
    lease_until = greatest(s.lease_until, n.now + s.ttl_us * interval '1 microsecond')
  FROM beat b, clock_timestamp() AS n (now) WHERE s.id = b.id
  RETURNING s.id, s.lease_until
)
SELECT s.id, coalesce(r.lease_until, s.lease_until)
FROM session s LEFT JOIN renewed r ON r.id = s.id WHERE s.id = ANY ($1::uuid[]) AND NOT s.is_closed

-- name: list_asked_runs
-- Which runs that these sessions hold are to stop, or were paused by somebody else; and which were taken from them of late.
SELECT c.session_id, c.run_id, s.revision, false FROM claim c JOIN run_state s ON s.id = c.run_id
WHERE c.session_id = ANY ($1::uuid[])
  AND (s.state_type = 5 OR s.state_type = 4 AND coalesce((s.tally ->> 'asked')::boolean, false))
UNION ALL
SELECT v.session_id, v.run_id, v.epoch, true FROM run_eviction v
WHERE v.session_id = ANY ($1::uuid[])
  AND NOT EXISTS (SELECT FROM claim c WHERE c.run_id = v.run_id AND c.session_id = v.session_id)

-- name: close_session
-- Ends a session at once: its lease lapses now and the reaper returns what it still holds.
UPDATE session SET lease_until = beat_time, is_closed = true WHERE id = $1::uuid AND namespace = $2::text RETURNING id

-- name: take_lapsed_sessions
-- Takes lapsed sessions for one replica to end, unless the clock of leases stands still.
UPDATE session SET taken_until = clock_timestamp() + $2::bigint * interval '1 microsecond'
WHERE id = ANY (ARRAY(
  SELECT s.id FROM session s, lease_clock k
  WHERE s.lease_until < statement_timestamp() AND (s.taken_until IS NULL OR s.taken_until < clock_timestamp())
    AND k.tick_time > clock_timestamp() - $3::bigint * interval '1 microsecond'
  ORDER BY s.lease_until LIMIT $1::bigint FOR NO KEY UPDATE OF s SKIP LOCKED))
RETURNING id

-- name: list_claims
-- What a session holds.
SELECT run_id FROM claim WHERE session_id = $1::uuid ORDER BY run_id LIMIT $2::bigint

-- name: delete_ended_sessions
-- Forgets lapsed sessions that hold nothing any more. What was taken from sessions is kept for a day: a process may come back.
WITH old AS (
  DELETE FROM run_eviction v WHERE v.time < clock_timestamp() - interval '1 day'
)
DELETE FROM session s WHERE s.id = ANY ($1::uuid[]) AND s.lease_until < clock_timestamp()
  AND NOT EXISTS (SELECT FROM claim c WHERE c.session_id = s.id)
RETURNING s.id

-- name: tick_lease_clock
-- Moves the clock of leases; if it stood still for longer than it may, every lease gets that time
-- back, up to its full length. Returns the microseconds it stood still, or 0.
WITH old AS MATERIALIZED (
  SELECT tick_time, clock_timestamp() AS now FROM lease_clock FOR NO KEY UPDATE
), gap AS MATERIALIZED (
  SELECT now, CASE WHEN now - tick_time > $1::bigint * interval '1 microsecond'
    THEN now - tick_time ELSE interval '0' END AS stood FROM old
), ticked AS (
  UPDATE lease_clock SET tick_time = greatest(tick_time, gap.now),
    stopped_us = stopped_us + (extract(epoch FROM gap.stood) * 1000000)::bigint FROM gap
), extended AS (
  UPDATE session SET taken_until = NULL, lease_until = greatest(lease_until,
    least(lease_until + gap.stood, gap.now + ttl_us * interval '1 microsecond'))
  FROM gap WHERE gap.stood > interval '0' AND NOT is_closed
), leases AS (
  UPDATE limit_lease SET expire_time = greatest(expire_time,
    least(expire_time + gap.stood, gap.now + ttl_us * interval '1 microsecond'))
  FROM gap WHERE gap.stood > interval '0' AND end_time IS NULL AND expire_time IS NOT NULL
), waiters AS (
  UPDATE limit_waiter SET expire_time = greatest(expire_time,
    least(expire_time + gap.stood, gap.now + $2::bigint * interval '1 microsecond'))
  FROM gap WHERE gap.stood > interval '0'
), due AS (
  UPDATE run_due SET due = due + gap.stood FROM gap
  WHERE gap.stood > interval '0' AND state_type >= 3
)
SELECT (extract(epoch FROM stood) * 1000000)::bigint FROM gap

-- name: beat_replica
-- Says that a replica is alive.
INSERT INTO replica (id, host, version, start_time, beat_time)
SELECT $1::uuid, $2::text, $3::text, now, now FROM clock_timestamp() AS now
ON CONFLICT (id) DO UPDATE SET beat_time = greatest(replica.beat_time, excluded.beat_time)

-- name: list_replicas
-- Replicas that were alive lately.
SELECT id, host, version, start_time, beat_time FROM replica
WHERE beat_time > clock_timestamp() - $1::bigint * interval '1 microsecond' ORDER BY start_time, id

-- name: delete_replicas
-- Forgets a replica that stops, or all that have been silent for long.
DELETE FROM replica
WHERE id = $1::uuid OR beat_time < clock_timestamp() - $2::bigint * interval '1 microsecond'

-- name: open_missing_sessions
-- Gives claims whose session is not there a lease of their own: it lapses like any other unless
-- heartbeats come.
INSERT INTO session (id, namespace, holder, actor, ttl_us, open_time, beat_time, lease_until)
SELECT DISTINCT ON (c.session_id) c.session_id, c.namespace, 'unknown', 'service:reaper', $1::bigint,
  now, now, now + $1::bigint * interval '1 microsecond'
FROM claim c, clock_timestamp() AS now
WHERE NOT EXISTS (SELECT FROM session s WHERE s.id = c.session_id)
ORDER BY c.session_id
ON CONFLICT DO NOTHING
