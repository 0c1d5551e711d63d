-- The cache of results. Whoever decides about a key locks its entry first, then touches its reservations.

-- name: get_cache_entry
-- What a key holds, and the time.
SELECT e.key, e.revision, e.payload, e.source_run_id, e.compute_time, e.expire_time, clock_timestamp()
FROM cache_entry e WHERE e.namespace = $1::text AND e.key = $2::text

-- name: insert_cache_entry
-- Begins a key if it is not there.
INSERT INTO cache_entry (namespace, key, busy_until) VALUES ($1::text, $2::text, clock_timestamp())
ON CONFLICT DO NOTHING

-- name: lock_cache_entry
-- Locks a key.
SELECT e.key, e.revision, e.payload, e.source_run_id, e.compute_time, e.expire_time
FROM cache_entry e WHERE e.namespace = $1::text AND e.key = $2::text FOR UPDATE

-- name: read_cache_reservations
-- The time, which comes after the lock; those who compute the locked key's value serializably, and the
-- reservation of one token, which may be of another key. One row at least.
SELECT n.now, r.token, r.run_id, r.isolation, r.revision, r.lapse_time, r.expire_us, r.outcome,
  r.namespace = $1::text AND r.key = $2::text
FROM (SELECT clock_timestamp() AS now) n LEFT JOIN cache_reservation r
  ON r.token = $3::uuid OR (r.namespace = $1::text AND r.key = $2::text AND r.isolation = 1
    AND r.outcome IS NULL AND r.lapse_time > n.now)

-- name: upsert_cache_reservation
-- Begins or renews a reservation of the locked key.
WITH held AS (
  INSERT INTO cache_reservation (token, namespace, key, run_id, isolation, revision, lapse_time, expire_us)
  VALUES ($1::uuid, $2::text, $3::text, $4::uuid, $5::smallint, $6::bigint, $7::timestamptz, $8::bigint)
  ON CONFLICT (token) DO UPDATE SET run_id = excluded.run_id, isolation = excluded.isolation,
    revision = excluded.revision, lapse_time = excluded.lapse_time, expire_us = excluded.expire_us,
    outcome = NULL
  RETURNING lapse_time
)
UPDATE cache_entry e SET busy_until = greatest(e.busy_until, h.lapse_time)
FROM held h WHERE e.namespace = $2::text AND e.key = $3::text

-- name: find_cache_key
-- The key of a reservation.
SELECT key FROM cache_reservation WHERE token = $1::uuid AND namespace = $2::text

-- name: store_cache_value
-- Writes what was computed for the locked key.
UPDATE cache_entry SET revision = revision + 1, payload = $3::jsonb, source_run_id = $4::uuid,
  compute_time = $5::timestamptz, expire_time = $6::timestamptz
WHERE namespace = $1::text AND key = $2::text

-- name: end_cache_reservation
-- Notes what a commit came to, so that a repeat gets the same answer.
UPDATE cache_reservation SET outcome = $2::smallint WHERE token = $1::uuid

-- name: release_cache_reservation
-- Gives a reservation back that was not committed.
DELETE FROM cache_reservation WHERE token = $1::uuid AND namespace = $2::text AND outcome IS NULL

-- name: delete_cache_entries
-- Forgets keys by name or by how they begin, with what is being computed for them. Taken in their order.
WITH locked AS (
  SELECT e.key FROM cache_entry e WHERE e.namespace = $1::text
    AND (e.key = ANY ($2::text[]) OR ($3::text <> '' AND e.key >= $3::text AND e.key ^@ $3::text))
  ORDER BY e.key FOR UPDATE
)
DELETE FROM cache_entry e USING locked l WHERE e.namespace = $1::text AND e.key = l.key

-- name: list_cache_entries
-- Keys in their order, after a key.
SELECT e.key, e.revision, e.payload, e.source_run_id, e.compute_time, e.expire_time, EXISTS (SELECT FROM cache_reservation r
  WHERE r.namespace = e.namespace AND r.key = e.key AND r.outcome IS NULL
    AND r.lapse_time > clock_timestamp())
FROM cache_entry e WHERE e.namespace = $1::text AND e.key > $3::text
  AND ($2::text = '' OR (e.key >= $2::text AND e.key ^@ $2::text))
ORDER BY e.key LIMIT $4::bigint

-- name: delete_due_cache_entries
-- Deletes keys that hold nothing usable and that nobody computes, a bounded number.
DELETE FROM cache_entry WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM cache_entry
  WHERE due_time <= statement_timestamp() AND due_time < 'infinity' ORDER BY due_time
  LIMIT $1::bigint FOR UPDATE SKIP LOCKED))

-- name: delete_lapsed_cache_reservations
-- Deletes reservations that lapsed a while ago, a bounded number: of keys that stay.
DELETE FROM cache_reservation WHERE token = ANY (ARRAY(
  SELECT token FROM cache_reservation WHERE lapse_time <= statement_timestamp() - interval '1 hour'
  ORDER BY lapse_time LIMIT $1::bigint FOR UPDATE SKIP LOCKED))
