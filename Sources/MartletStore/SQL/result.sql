-- Results that are stored beside states.

-- name: insert_result
-- Stores a result; passes over one that is there already.
INSERT INTO result (id, namespace, run_id, media_type, digest, size, is_json, data, uri, created_by,
  create_time, expire_time)
VALUES ($1::uuid, $2::text, $3::uuid, $4::text, $5::text, $6::bigint, $7::boolean, $8::bytea, $9::text,
  $10::text, clock_timestamp(), $11::timestamptz)
ON CONFLICT (id) DO NOTHING

-- name: get_result
-- One result by id, unless its time is over.
SELECT id, namespace, run_id, media_type, digest, size, is_json, data, uri, created_by, create_time,
  expire_time
FROM result WHERE upload_id IS NULL AND namespace = $1::text AND id = $2::uuid
  AND (expire_time IS NULL OR expire_time > clock_timestamp())

-- name: get_latest_result
-- The newest result of a run.
SELECT id, namespace, run_id, media_type, digest, size, is_json, data, uri, created_by, create_time,
  expire_time
FROM result WHERE upload_id IS NULL AND run_id = $2::uuid AND namespace = $1::text
  AND (expire_time IS NULL OR expire_time > clock_timestamp())
ORDER BY create_time DESC LIMIT 1

-- name: hold_result
-- When a result ends that the cache is to refer to; a deletion that has begun comes first.
SELECT expire_time FROM result WHERE upload_id IS NULL AND namespace = $1::text AND id = $2::uuid
  AND (expire_time IS NULL OR expire_time > clock_timestamp())
FOR KEY SHARE

-- name: delete_expired_results
-- Deletes results whose time is over, and uploads that nobody went on with for so many seconds; a bounded number.
DELETE FROM result WHERE id = ANY (ARRAY(
  SELECT id FROM result WHERE expire_time <= statement_timestamp() ORDER BY expire_time
  LIMIT $1::bigint FOR UPDATE SKIP LOCKED)
|| ARRAY(
  SELECT id FROM result WHERE upload_time <= statement_timestamp() - $2::bigint * interval '1 second'
  ORDER BY upload_time LIMIT $1::bigint FOR UPDATE SKIP LOCKED))
