-- Deployments and their versions. Whoever changes one locks its row first. Every read has the same columns, the current
-- version's text among them.

-- name: lock_deployment
-- Locks a deployment; what is read of it after that is whole. Runs of it may be created meanwhile.
SELECT id FROM deployment
WHERE namespace = $1::text AND (id = $2::uuid OR (flow = $3::text AND name = $4::text)) FOR NO KEY UPDATE

-- name: lock_ending_deployment
-- Locks a deployment that is to go: no run of it is created meanwhile.
SELECT id FROM deployment WHERE id = $1::uuid FOR UPDATE

-- name: get_deployment
-- A deployment by its id, or by flow and name.
SELECT d.id, d.namespace, d.flow, d.name, d.description, d.labels, d.is_paused, d.version, d.last_version,
  d.concurrency_limit, d.collision_strategy, d.created_by, d.updated_by, d.create_time, d.update_time, d.etag, v.spec,
  clock_timestamp()
FROM deployment d JOIN deployment_version v ON v.deployment_id = d.id AND v.number = d.version
WHERE d.namespace = $1::text AND (d.id = $2::uuid OR (d.flow = $3::text AND d.name = $4::text))

-- name: list_deployments
-- Deployments by flow and name, after one; of a flow, of a pool, with tags and labels, of some names, where these are asked
-- for.
SELECT d.id, d.namespace, d.flow, d.name, d.description, d.labels, d.is_paused, d.version, d.last_version,
  d.concurrency_limit, d.collision_strategy, d.created_by, d.updated_by, d.create_time, d.update_time, d.etag, v.spec,
  clock_timestamp()
FROM deployment d JOIN deployment_version v ON v.deployment_id = d.id AND v.number = d.version
WHERE d.namespace = $1::text AND (d.flow, d.name) > ($2::text, $3::text)
  AND ($4::text = '' OR d.flow = $4::text)
  AND ($5::text = '' OR d.pool_id = (SELECT p.id FROM pool p WHERE p.namespace = $1::text AND p.name = $5::text))
  AND d.tags @> $6::text[] AND d.labels @> $7::jsonb
  AND (cardinality($9::text[]) = 0 OR d.id IN (SELECT o.id FROM unnest($9::text[], $10::text[]) AS n (flow, name)
    JOIN deployment o ON o.namespace = $1::text AND o.flow = n.flow AND o.name = n.name))
ORDER BY d.flow, d.name LIMIT $8::bigint

-- name: insert_deployment
-- Creates a deployment with its first version; no row when flow and name are taken.
INSERT INTO deployment (id, namespace, flow, name, description, labels, is_paused, version, last_version, pool_id,
  queue_id, tags, concurrency_limit, collision_strategy, created_by, updated_by, create_time, update_time)
SELECT $1::uuid, $2::text, $3::text, $4::text, $5::text, $6::jsonb, $7::boolean, 1, 1, $8::uuid, $9::uuid,
  $10::text[], $11::bigint, $12::smallint, $13::text, $13::text, n.now, n.now
FROM (SELECT clock_timestamp() AS now) n
ON CONFLICT (namespace, flow, name) DO NOTHING
RETURNING create_time

-- name: insert_deployment_version
-- Keeps a version.
INSERT INTO deployment_version (deployment_id, number, spec, created_by, create_time)
VALUES ($1::uuid, $2::bigint, $3::text, $4::text, clock_timestamp())

-- name: update_deployment
-- Writes a locked deployment anew.
UPDATE deployment SET description = $2::text, labels = $3::jsonb, is_paused = $4::boolean, version = $5::bigint,
  last_version = greatest(last_version, $5::bigint), pool_id = $6::uuid, queue_id = $7::uuid, tags = $8::text[],
  concurrency_limit = $9::bigint, collision_strategy = $10::smallint, updated_by = $11::text,
  update_time = greatest(update_time, clock_timestamp()), etag = nextval('deployment_etag')
WHERE id = $1::uuid

-- name: find_placement
-- The ids of a pool and of a queue of it, and the template that a run is started by, if one is; the pool stays until the end
-- of the transaction.
SELECT p.id, q.id, CASE WHEN p.type <> 'served' THEN p.template END FROM pool p LEFT JOIN queue q ON q.pool_id = p.id AND q.name = $3::text
WHERE p.namespace = $1::text AND p.name = $2::text FOR KEY SHARE OF p

-- name: make_served_pool
-- Makes the pool of deployments that name none, unless it is there.
INSERT INTO pool (id, namespace, name, type, template, created_by, create_time, update_time)
SELECT $1::uuid, $2::text, $3::text, $3::text, $4::text, $5::text, n.now, n.now
FROM (SELECT clock_timestamp() AS now) n
ON CONFLICT (namespace, name) DO NOTHING

-- name: make_default_queue
-- Makes the default queue of a pool, unless it is there.
INSERT INTO queue (id, namespace, pool_id, name, priority, create_time, update_time)
SELECT $1::uuid, p.namespace, p.id, $4::text, 1, n.now, n.now
FROM pool p, (SELECT clock_timestamp() AS now) n WHERE p.namespace = $2::text AND p.name = $3::text
ON CONFLICT (pool_id, name) DO NOTHING

-- name: find_deployment_target
-- What new runs of a deployment are made of.
SELECT d.id, d.flow, d.name, d.version, v.spec, d.pool_id, d.queue_id
FROM deployment d JOIN deployment_version v ON v.deployment_id = d.id AND v.number = d.version
WHERE d.namespace = $1::text AND (d.id = $2::uuid OR (d.flow = $3::text AND d.name = $4::text))

-- name: list_deployment_versions
-- Versions before one, the newest first.
SELECT v.number, v.spec, v.created_by, v.create_time, v.number = d.version
FROM deployment d JOIN deployment_version v ON v.deployment_id = d.id
WHERE d.id = $1::uuid AND v.number < $2::bigint ORDER BY v.number DESC LIMIT $3::bigint

-- name: get_deployment_version
-- What one version says.
SELECT spec FROM deployment_version WHERE deployment_id = $1::uuid AND number = $2::bigint

-- name: find_unstarted_runs
-- Runs of a deployment that wait for their first start, a bounded number in the order of their ids.
SELECT w.run_id FROM work_item w JOIN run_state s ON s.id = w.run_id
WHERE w.deployment_id = $1::uuid AND w.standing = 1 AND s.attempt = 0 ORDER BY w.run_id LIMIT $2::bigint

-- name: hold_deployment
-- Pauses a locked deployment that is being deleted; who asks for that again may still know its etag.
UPDATE deployment SET is_paused = true WHERE id = $1::uuid

-- name: delete_deployment
-- Deletes a locked deployment with its versions, its backfills, and the automations that belong to it; its runs know its id
-- and no more.
WITH gone AS (
  DELETE FROM deployment WHERE id = $1::uuid RETURNING id, namespace
), versions AS (
  DELETE FROM deployment_version v USING gone g WHERE v.deployment_id = g.id
), automations AS (
  DELETE FROM automation a USING gone g WHERE a.namespace = g.namespace
    AND a.owner_resource IN ('martlet.deployment.' || g.id, 'prefect.deployment.' || g.id)
)
DELETE FROM backfill b USING gone g WHERE b.deployment_id = g.id
