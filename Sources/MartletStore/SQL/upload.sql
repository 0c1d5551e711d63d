-- Uploads: results that come in chunks. A stream writes only while it is the last one that began.

-- name: begin_upload
-- Begins an upload; no row when something of this id is there.
INSERT INTO result (id, namespace, run_id, media_type, digest, size, received, upload_id, upload_time,
  created_by, create_time, expire_time)
SELECT $1::uuid, $2::text, $3::uuid, $4::text, '', 0, 0, $5::uuid, n.now, $6::text, n.now, $7::timestamptz
FROM (SELECT clock_timestamp() AS now) n
ON CONFLICT (id) DO NOTHING
RETURNING received

-- name: take_over_upload
-- Makes a stream the one that goes on with an upload where its chunks end, or at 0, which forgets them. No row when the
-- result is there already, when it belongs to another run or namespace, and when the chunks end elsewhere.
WITH taken AS (
  UPDATE result SET upload_id = $5::uuid, upload_time = clock_timestamp(), media_type = $4::text,
    expire_time = $6::timestamptz, received = $7::bigint
  WHERE id = $1::uuid AND namespace = $2::text AND run_id IS NOT DISTINCT FROM $3::uuid
    AND upload_id IS NOT NULL AND ($7::bigint = 0 OR received = $7::bigint)
  RETURNING id, received
), forgotten AS (
  DELETE FROM result_chunk c USING taken t WHERE c.result_id = t.id AND t.received = 0
)
SELECT received FROM taken

-- name: append_chunk
-- Adds a chunk at the end of an upload; no row when another stream has it now.
WITH grown AS (
  UPDATE result SET received = received + length($4::bytea), upload_time = clock_timestamp()
  WHERE id = $1::uuid AND upload_id = $2::uuid AND received = $3::bigint RETURNING id, received
), added AS (
  INSERT INTO result_chunk (result_id, start, data) SELECT id, $3::bigint, $4::bytea FROM grown
)
SELECT received FROM grown

-- name: finish_upload
-- Makes an upload a result with its digest; no row when another stream has it now.
UPDATE result SET size = received, digest = $4::text, upload_id = NULL, upload_time = NULL
WHERE id = $1::uuid AND upload_id = $2::uuid AND received = $3::bigint RETURNING id

-- name: abandon_upload
-- Forgets an upload whose bytes are wrong.
DELETE FROM result WHERE id = $1::uuid AND upload_id = $2::uuid

-- name: get_upload
-- How much of a result is kept, and whether that is all.
SELECT coalesce(received, size), upload_id IS NULL FROM result
WHERE namespace = $1::text AND id = $2::uuid AND uri IS NULL
  AND (expire_time IS NULL OR expire_time > clock_timestamp())

-- name: read_chunk
-- The chunk that holds a byte: where it begins, and its bytes.
SELECT start, data FROM result_chunk WHERE result_id = $1::uuid AND start <= $2::bigint
ORDER BY start DESC LIMIT 1
