-- Artifacts: what runs leave for people.

-- name: hold_artifact_run
-- Holds off the deletion of the run that leaves an artifact; no transition waits for that.
SELECT FROM run_state WHERE id = $1::uuid FOR KEY SHARE

-- name: insert_artifact
-- Adds an artifact: the next version of its key, or one that stands alone. The same id again replaces
-- the content; a repeat of the same content changes nothing and returns no row, nor does one of a deleted run.
INSERT INTO artifact (id, namespace, key, version, run_id, media_type, title, description, body,
  labels, created_by, create_time, update_time)
SELECT $1::uuid, $2::text, $3::text,
  CASE WHEN $3::text IS NULL THEN 1 ELSE coalesce((SELECT max(a.version) FROM artifact a
    WHERE a.namespace = $2::text AND a.key = $3::text), 0) + 1 END,
  $4::uuid, $5::text, $6::text, $7::text, $8::bytea, $9::jsonb, $10::text, n.now, n.now
FROM (SELECT clock_timestamp() AS now) n
WHERE NOT EXISTS (SELECT FROM run_removal d WHERE d.run_id = $4::uuid)
ON CONFLICT (id) DO UPDATE SET media_type = excluded.media_type, title = excluded.title,
  description = excluded.description, body = excluded.body, labels = excluded.labels,
  update_time = greatest(excluded.update_time, artifact.create_time), etag = artifact.etag + 1
WHERE artifact.namespace = excluded.namespace
  AND artifact.key IS NOT DISTINCT FROM excluded.key
  AND artifact.run_id IS NOT DISTINCT FROM excluded.run_id
  AND (artifact.media_type, artifact.title, artifact.description, artifact.body, artifact.labels)
    IS DISTINCT FROM (excluded.media_type, excluded.title, excluded.description, excluded.body,
      excluded.labels)
RETURNING id, namespace, key, version, run_id, media_type, title, description, body, labels,
  created_by, create_time, etag, length(body)::bigint, update_time

-- name: get_artifact
-- One artifact by id.
SELECT id, namespace, key, version, run_id, media_type, title, description, body, labels, created_by,
  create_time, etag, length(body)::bigint, update_time
FROM artifact WHERE namespace = $1::text AND id = $2::uuid

-- name: get_latest_artifact
-- The newest version of a key.
SELECT id, namespace, key, version, run_id, media_type, title, description, body, labels, created_by,
  create_time, etag, length(body)::bigint, update_time
FROM artifact WHERE namespace = $1::text AND key = $2::text ORDER BY version DESC LIMIT 1

-- name: list_artifacts
-- Artifacts of a filter in an order, after an id or with some passed over; bodies only when asked for.
SELECT id, namespace, key, version, run_id, media_type, title, description,
  CASE WHEN $11::boolean THEN body ELSE ''::bytea END, labels, created_by, create_time, etag,
  length(body)::bigint, update_time
FROM artifact a WHERE namespace = $1::text AND ($2::uuid[] = '{}' OR id = ANY ($2::uuid[]))
  AND ($3::text[] = '{}' OR key = ANY ($3::text[])) AND ($4::text = '' OR strpos(key, lower($4::text)) > 0)
  AND ($5::boolean IS NULL OR $5::boolean = (key IS NOT NULL))
  AND ($6::text[] = '{}' OR artifact_type(media_type, title) = ANY ($6::text[]))
  AND ($7::text[] = '{}' OR artifact_type(media_type, title) <> ALL ($7::text[]))
  AND ($8::uuid[] = '{}' OR run_id = ANY ($8::uuid[]))
  AND ($9::uuid[] = '{}' OR run_id = ANY ($9::uuid[])
    OR run_id IN (SELECT r.id FROM run r WHERE r.parent_id = ANY ($9::uuid[])))
  AND (NOT $10::boolean OR key IS NULL OR NOT EXISTS (SELECT FROM artifact b
    WHERE b.namespace = a.namespace AND b.key = a.key AND b.version > a.version))
  AND ($12::uuid IS NULL OR id < $12::uuid)
ORDER BY CASE WHEN $13::smallint = 2 THEN update_time END DESC, CASE WHEN $13::smallint = 3 THEN key END,
  CASE WHEN $13::smallint = 4 THEN key END DESC NULLS LAST, id DESC
OFFSET $14::bigint LIMIT $15::bigint

-- name: count_artifacts
-- How many artifacts a filter takes.
SELECT count(*) FROM artifact a WHERE namespace = $1::text AND ($2::uuid[] = '{}' OR id = ANY ($2::uuid[]))
  AND ($3::text[] = '{}' OR key = ANY ($3::text[])) AND ($4::text = '' OR strpos(key, lower($4::text)) > 0)
  AND ($5::boolean IS NULL OR $5::boolean = (key IS NOT NULL))
  AND ($6::text[] = '{}' OR artifact_type(media_type, title) = ANY ($6::text[]))
  AND ($7::text[] = '{}' OR artifact_type(media_type, title) <> ALL ($7::text[]))
  AND ($8::uuid[] = '{}' OR run_id = ANY ($8::uuid[]))
  AND ($9::uuid[] = '{}' OR run_id = ANY ($9::uuid[])
    OR run_id IN (SELECT r.id FROM run r WHERE r.parent_id = ANY ($9::uuid[])))
  AND (NOT $10::boolean OR key IS NULL OR NOT EXISTS (SELECT FROM artifact b
    WHERE b.namespace = a.namespace AND b.key = a.key AND b.version > a.version))

-- name: delete_artifact
-- Deletes one version.
DELETE FROM artifact WHERE namespace = $1::text AND id = $2::uuid RETURNING id
