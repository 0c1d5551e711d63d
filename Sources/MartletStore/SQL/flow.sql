-- Flows: definitions that runs name.

-- name: register_flows
-- Makes a flow of every name that a run used first; sorted, so that two writers never cross.
INSERT INTO flow (id, namespace, name, created_by, create_time, update_time)
SELECT id, namespace, name, actor, now, now
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
  AS n (id, namespace, name, actor, now)
ON CONFLICT (namespace, name) DO NOTHING

-- name: register_flow
-- Makes the flow that a deployment names first.
INSERT INTO flow (id, namespace, name, created_by, create_time, update_time)
VALUES ($1::uuid, $2::text, $3::text, $4::text,
  date_trunc('milliseconds', clock_timestamp()), date_trunc('milliseconds', clock_timestamp()))
ON CONFLICT (namespace, name) DO NOTHING

-- name: insert_flow
-- Creates a flow; no row when the name or the id is taken.
INSERT INTO flow (id, namespace, name, description, labels, tags, created_by, create_time, update_time)
VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::jsonb, $6::text[], $7::text,
  date_trunc('milliseconds', clock_timestamp()), date_trunc('milliseconds', clock_timestamp()))
ON CONFLICT DO NOTHING
RETURNING id, namespace, name, description, labels, tags, created_by, create_time, update_time, etag

-- name: get_flow
-- A flow by id or name.
SELECT id, namespace, name, description, labels, tags, created_by, create_time, update_time, etag
FROM flow WHERE namespace = $1::text AND (id = $2::uuid OR name = $3::text)

-- name: list_flows
-- Flows by name, after one, whose name begins with a prefix.
SELECT id, namespace, name, description, labels, tags, created_by, create_time, update_time, etag
FROM flow WHERE namespace = $1::text AND name > $2::text AND starts_with(name, $3::text)
ORDER BY name LIMIT $4::bigint

-- name: update_flow
-- Edits a flow where the etag matches; a null leaves the column alone.
UPDATE flow SET description = coalesce($4::text, description), labels = coalesce($5::jsonb, labels),
  tags = coalesce($6::text[], tags), etag = etag + 1,
  update_time = greatest(update_time, clock_timestamp())
WHERE namespace = $1::text AND id = $2::uuid AND ($3::bigint IS NULL OR etag = $3::bigint)
RETURNING id, namespace, name, description, labels, tags, created_by, create_time, update_time, etag

-- name: delete_flow
-- Deletes a flow that no deployment names, where the etag matches; its runs stay.
DELETE FROM flow
WHERE namespace = $1::text AND id = $2::uuid AND ($3::bigint IS NULL OR etag = $3::bigint)
  AND NOT EXISTS (SELECT FROM deployment d WHERE d.namespace = flow.namespace AND d.flow = flow.name)
RETURNING id
