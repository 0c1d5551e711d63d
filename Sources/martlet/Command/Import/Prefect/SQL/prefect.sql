-- What `martlet import prefect` reads of the database of a Prefect 3 server, in one snapshot. Each row is one JSON object with
-- the names of Prefect's API. Pages begin after the key of the last row: its id, or its time and id. Histories are read of runs
-- that have ended, and, with a time, of those that ended since.

-- name: prefect_revision
-- Which form the tables have.
SELECT version_num::text FROM alembic_version

-- name: prefect_key
-- The key that the server made for itself, where nobody gave it one.
SELECT value ->> 'fernet_key' FROM configuration WHERE key = 'ENCRYPTION_KEY'

-- name: prefect_counts
-- How many there are of everything, for the plan and the comparison at the end.
SELECT json_build_object(
  'flow', (SELECT count(*) FROM flow),
  'pool', (SELECT count(*) FROM work_pool),
  'queue', (SELECT count(*) FROM work_queue),
  'limit', (SELECT count(*) FROM concurrency_limit_v2 WHERE name NOT LIKE 'deployment:%')
    + (SELECT count(*) FROM concurrency_limit o WHERE NOT EXISTS (
        SELECT FROM concurrency_limit_v2 n WHERE n.name = 'tag:' || o.tag)),
  'tag_limit', (SELECT count(*) FROM concurrency_limit) + (
    SELECT count(*) FROM concurrency_limit_v2 WHERE name LIKE 'tag:%'),
  'variable', (SELECT count(*) FROM variable),
  'block_type', (SELECT count(*) FROM block_type),
  'block_schema', (SELECT count(*) FROM block_schema),
  'block', (SELECT count(*) FROM block_document),
  'deployment', (SELECT count(*) FROM deployment),
  'active_schedule', (SELECT count(*) FROM deployment_schedule WHERE active),
  'shared_limit', (SELECT count(*) FROM deployment d JOIN concurrency_limit_v2 l ON l.id = d.concurrency_limit_id
    WHERE l.name <> 'deployment:' || d.id::text),
  'automation', (SELECT count(*) FROM automation),
  'composite_automation', (SELECT count(*) FROM automation WHERE trigger ->> 'type' IN ('compound', 'sequence')),
  'flow_run', (SELECT count(*) FROM flow_run WHERE state_type IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED')
    AND ($1::text::timestamptz IS NULL OR coalesce(end_time, state_timestamp, created) >= $1::text::timestamptz)),
  'task_run', (SELECT count(*) FROM task_run t WHERE state_type IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED')
    AND ($1::text::timestamptz IS NULL OR coalesce(end_time, state_timestamp, created) >= $1::text::timestamptz)
    AND NOT EXISTS (SELECT FROM flow_run f WHERE f.parent_task_run_id = t.id)),
  'tracking_task_run', (SELECT count(DISTINCT parent_task_run_id) FROM flow_run WHERE parent_task_run_id IS NOT NULL),
  'open_flow_run', (SELECT count(*) FROM flow_run
    WHERE state_type IS NULL OR state_type NOT IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED', 'SCHEDULED')),
  'scheduled_flow_run', (SELECT count(*) FROM flow_run WHERE state_type = 'SCHEDULED'),
  'open_task_run', (SELECT count(*) FROM task_run t
    WHERE (state_type IS NULL OR state_type NOT IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED'))
    AND NOT EXISTS (SELECT FROM flow_run f WHERE f.parent_task_run_id = t.id)),
  'artifact', (SELECT count(*) FROM artifact a WHERE NOT EXISTS (SELECT FROM flow_run_state s WHERE s.result_artifact_id = a.id)
    AND NOT EXISTS (SELECT FROM task_run_state s WHERE s.result_artifact_id = a.id)
    AND ($1::text::timestamptz IS NULL OR updated >= $1::text::timestamptz)),
  'log', CASE WHEN $2::boolean THEN (SELECT count(*) FROM log l WHERE (CASE WHEN l.task_run_id IS NULL
      THEN EXISTS (SELECT FROM flow_run r WHERE r.id = l.flow_run_id
        AND r.state_type IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED')
        AND ($1::text::timestamptz IS NULL OR coalesce(r.end_time, r.state_timestamp, r.created) >= $1::text::timestamptz))
      ELSE EXISTS (SELECT FROM task_run r WHERE r.id = l.task_run_id
        AND r.state_type IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED')
        AND ($1::text::timestamptz IS NULL OR coalesce(r.end_time, r.state_timestamp, r.created) >= $1::text::timestamptz))
      END)) END,
  'event', CASE WHEN $3::boolean THEN (SELECT count(*) FROM events WHERE resource ->> 'prefect.state-type' IS NULL
    AND ($1::text::timestamptz IS NULL OR occurred >= $1::text::timestamptz)) END,
  'flow_run_input', (SELECT count(*) FROM flow_run_input),
  'saved_search', (SELECT count(*) FROM saved_search),
  'cached_result', (SELECT count(*) FROM task_run_state_cache),
  'worker', (SELECT count(*) FROM worker))::text

-- name: prefect_flows
-- Flows.
SELECT id::text, json_build_object('id', id, 'name', name, 'tags', tags, 'labels', labels)::text
FROM flow WHERE ($1::text::uuid IS NULL OR id > $1::text::uuid) ORDER BY id LIMIT $2::int

-- name: prefect_pools
-- Work pools.
SELECT id::text, json_build_object('id', id, 'name', name, 'type', type, 'description', description,
  'base_job_template', base_job_template, 'concurrency_limit', concurrency_limit, 'is_paused', is_paused,
  'storage_configuration', storage_configuration)::text
FROM work_pool WHERE ($1::text::uuid IS NULL OR id > $1::text::uuid) ORDER BY id LIMIT $2::int

-- name: prefect_queues
-- Work queues, those that are served first before the others: each is put after all that are there.
SELECT q.id::text, json_build_object('id', q.id, 'name', q.name, 'work_pool_name', p.name, 'description', q.description,
  'priority', q.priority, 'concurrency_limit', q.concurrency_limit, 'is_paused', q.is_paused)::text
FROM work_queue q JOIN work_pool p ON p.id = q.work_pool_id
WHERE ($1::text::uuid IS NULL OR (q.priority, q.id) > ((SELECT l.priority FROM work_queue l WHERE l.id = $1::text::uuid), $1::text::uuid))
ORDER BY q.priority, q.id LIMIT $2::int

-- name: prefect_limits
-- Limits of their own, those of tags of older servers among them. Those of deployments come with these.
SELECT id::text, json_build_object('id', id, 'name', name, 'limit', slots, 'active', active,
  'slot_decay_per_second', decay)::text
FROM (
  SELECT id, name, "limit" AS slots, active, slot_decay_per_second AS decay FROM concurrency_limit_v2
  WHERE name NOT LIKE 'deployment:%'
  UNION ALL
  SELECT id, 'tag:' || tag, concurrency_limit, true, 0 FROM concurrency_limit o
  WHERE NOT EXISTS (SELECT FROM concurrency_limit_v2 n WHERE n.name = 'tag:' || o.tag)
) l WHERE ($1::text::uuid IS NULL OR id > $1::text::uuid) ORDER BY id LIMIT $2::int

-- name: prefect_variables
-- Variables.
SELECT id::text, json_build_object('id', id, 'name', name, 'value', value, 'tags', tags)::text
FROM variable WHERE ($1::text::uuid IS NULL OR id > $1::text::uuid) ORDER BY id LIMIT $2::int

-- name: prefect_block_types
-- Types of blocks.
SELECT id::text, json_build_object('id', id, 'slug', slug, 'name', name, 'description', description, 'logo_url', logo_url,
  'documentation_url', documentation_url, 'code_example', code_example, 'is_protected', is_protected)::text
FROM block_type WHERE ($1::text::uuid IS NULL OR id > $1::text::uuid) ORDER BY id LIMIT $2::int

-- name: prefect_block_schemas
-- Schemas of blocks with those that stand in them.
SELECT s.id::text, json_build_object('id', s.id, 'block_type_id', s.block_type_id, 'block_type_slug', t.slug,
  'checksum', s.checksum, 'version', s.version, 'fields', s.fields, 'capabilities', s.capabilities,
  'references', (SELECT json_agg(json_build_object('name', r.name, 'id', r.reference_block_schema_id) ORDER BY r.name, r.id)
    FROM block_schema_reference r WHERE r.parent_block_schema_id = s.id))::text
FROM block_schema s JOIN block_type t ON t.id = s.block_type_id
WHERE ($1::text::uuid IS NULL OR s.id > $1::text::uuid) ORDER BY s.id LIMIT $2::int

-- name: prefect_blocks
-- Blocks, their data encrypted.
SELECT d.id::text, json_build_object('id', d.id, 'name', d.name, 'block_schema_id', d.block_schema_id,
  'block_type_slug', t.slug, 'is_anonymous', d.is_anonymous, 'data', d.data,
  'references', (SELECT json_object_agg(r.name, r.reference_block_document_id)
    FROM block_document_reference r WHERE r.parent_block_document_id = d.id))::text
FROM block_document d JOIN block_type t ON t.id = d.block_type_id
WHERE ($1::text::uuid IS NULL OR d.id > $1::text::uuid) ORDER BY d.id LIMIT $2::int

-- name: prefect_deployments
-- Deployments with their schedules; what stands in `replaces` is the id of the schedule.
SELECT d.id::text, json_build_object('id', d.id, 'flow_id', d.flow_id, 'flow_name', f.name, 'name', d.name,
  'body', json_build_object('name', d.name, 'flow_id', d.flow_id, 'paused', d.paused, 'description', d.description,
    'version', d.version, 'path', d.path, 'entrypoint', d.entrypoint, 'tags', d.tags, 'labels', d.labels,
    'parameters', d.parameters, 'parameter_openapi_schema', d.parameter_openapi_schema,
    'enforce_parameter_schema', d.enforce_parameter_schema, 'pull_steps', d.pull_steps,
    'job_variables', d.infra_overrides, 'work_pool_name', p.name, 'work_queue_name', q.name,
    'storage_document_id', d.storage_document_id, 'infrastructure_document_id', d.infrastructure_document_id,
    'concurrency_limit', coalesce(l."limit", d.concurrency_limit), 'concurrency_options', d.concurrency_options,
    'schedules', coalesce((
      SELECT json_agg(json_build_object('replaces', s.id, 'active', s.active, 'schedule', s.schedule, 'slug', s.slug,
        'max_scheduled_runs', s.max_scheduled_runs, 'parameters', s.parameters) ORDER BY s.created, s.id)
      FROM deployment_schedule s WHERE s.deployment_id = d.id), '[]')))::text
FROM deployment d JOIN flow f ON f.id = d.flow_id LEFT JOIN work_queue q ON q.id = d.work_queue_id
LEFT JOIN work_pool p ON p.id = q.work_pool_id LEFT JOIN concurrency_limit_v2 l ON l.id = d.concurrency_limit_id
WHERE ($1::text::uuid IS NULL OR d.id > $1::text::uuid) ORDER BY d.id LIMIT $2::int

-- name: prefect_automations
-- Automations.
SELECT id::text, json_build_object('id', id, 'name', name, 'description', description, 'enabled', enabled, 'tags', tags,
  'trigger', trigger, 'actions', actions, 'actions_on_trigger', actions_on_trigger,
  'actions_on_resolve', actions_on_resolve)::text
FROM automation WHERE ($1::text::uuid IS NULL OR id > $1::text::uuid) ORDER BY id LIMIT $2::int

-- name: prefect_flow_runs
-- Flow runs that have ended, each with its states, the task run that stands for it in its parent, and the outermost run.
SELECT r.id::text, json_build_object('id', r.id, 'created', r.created, 'name', r.name, 'flow_id', r.flow_id,
  'flow_name', f.name, 'flow_version', r.flow_version, 'deployment_id', r.deployment_id, 'parameters', r.parameters,
  'idempotency_key', r.idempotency_key, 'empirical_policy', r.empirical_policy, 'tags', r.tags, 'labels', r.labels,
  'created_by', r.created_by, 'infrastructure_pid', r.infrastructure_pid, 'job_variables', r.job_variables,
  'auto_scheduled', r.auto_scheduled, 'expected_start_time', r.expected_start_time, 'start_time', r.start_time,
  'end_time', r.end_time, 'total_run_time', extract(epoch FROM r.total_run_time), 'run_count', r.run_count, 'state_id', r.state_id,
  'state_type', r.state_type, 'state_name', r.state_name, 'state_timestamp', r.state_timestamp,
  'work_pool_name', p.name, 'work_queue_name', q.name, 'root_id', u.id,
  'parent_task_run', CASE WHEN t.id IS NULL THEN NULL ELSE json_build_object('id', t.id, 'flow_run_id', t.flow_run_id,
    'name', t.name, 'task_key', t.task_key, 'dynamic_key', t.dynamic_key, 'task_version', t.task_version,
    'tags', t.tags, 'labels', t.labels, 'task_inputs', t.task_inputs, 'empirical_policy', t.empirical_policy) END,
  'states', (SELECT json_agg(json_build_object('id', s.id, 'type', s.type, 'name', s.name, 'message', s.message,
      'timestamp', s.timestamp, 'state_details', s.state_details, 'data', coalesce(s.data, a.data::jsonb))
      ORDER BY s.timestamp, s.id)
    FROM flow_run_state s LEFT JOIN artifact a ON a.id = s.result_artifact_id WHERE s.flow_run_id = r.id))::text
FROM flow_run r JOIN flow f ON f.id = r.flow_id LEFT JOIN task_run t ON t.id = r.parent_task_run_id
LEFT JOIN work_queue q ON q.id = r.work_queue_id LEFT JOIN work_pool p ON p.id = q.work_pool_id
CROSS JOIN LATERAL (
  WITH RECURSIVE above (id, task, depth) AS (
    SELECT r.id, r.parent_task_run_id, 0
    UNION ALL
    SELECT n.id, n.parent_task_run_id, above.depth + 1
    FROM above JOIN task_run m ON m.id = above.task JOIN flow_run n ON n.id = m.flow_run_id WHERE above.depth < 100
  )
  SELECT above.id FROM above ORDER BY above.depth DESC LIMIT 1
) u
WHERE ($1::text::uuid IS NULL OR r.id > $1::text::uuid) AND r.state_type IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED')
  AND ($3::text::timestamptz IS NULL OR coalesce(r.end_time, r.state_timestamp, r.created) >= $3::text::timestamptz)
ORDER BY r.id LIMIT $2::int

-- name: prefect_task_runs
-- Task runs that have ended and stand for no subflow, each with its states and the outermost run.
SELECT r.id::text, json_build_object('id', r.id, 'created', r.created, 'name', r.name, 'flow_run_id', r.flow_run_id,
  'task_key', r.task_key, 'dynamic_key', r.dynamic_key, 'task_version', r.task_version,
  'empirical_policy', r.empirical_policy, 'task_inputs', r.task_inputs, 'tags', r.tags, 'labels', r.labels,
  'expected_start_time', r.expected_start_time, 'start_time', r.start_time, 'end_time', r.end_time,
  'total_run_time', extract(epoch FROM r.total_run_time), 'run_count', r.run_count, 'state_id', r.state_id,
  'state_type', r.state_type, 'state_name', r.state_name, 'state_timestamp', r.state_timestamp, 'root_id', u.id,
  'states', (SELECT json_agg(json_build_object('id', s.id, 'type', s.type, 'name', s.name, 'message', s.message,
      'timestamp', s.timestamp, 'state_details', s.state_details, 'data', coalesce(s.data, a.data::jsonb))
      ORDER BY s.timestamp, s.id)
    FROM task_run_state s LEFT JOIN artifact a ON a.id = s.result_artifact_id WHERE s.task_run_id = r.id))::text
FROM task_run r
LEFT JOIN LATERAL (
  WITH RECURSIVE above (id, task, depth) AS (
    SELECT b.id, b.parent_task_run_id, 0 FROM flow_run b WHERE b.id = r.flow_run_id
    UNION ALL
    SELECT n.id, n.parent_task_run_id, above.depth + 1
    FROM above JOIN task_run m ON m.id = above.task JOIN flow_run n ON n.id = m.flow_run_id WHERE above.depth < 100
  )
  SELECT above.id FROM above ORDER BY above.depth DESC LIMIT 1
) u ON true
WHERE ($1::text::uuid IS NULL OR r.id > $1::text::uuid) AND r.state_type IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED')
  AND ($3::text::timestamptz IS NULL OR coalesce(r.end_time, r.state_timestamp, r.created) >= $3::text::timestamptz)
  AND NOT EXISTS (SELECT FROM flow_run f WHERE f.parent_task_run_id = r.id)
ORDER BY r.id LIMIT $2::int

-- name: prefect_artifacts
-- Artifacts, but not results: these stand in their states.
SELECT id::text, json_build_object('id', id, 'created', created, 'updated', updated, 'key', key, 'type', type,
  'description', description, 'data', data, 'metadata', metadata_, 'flow_run_id', flow_run_id,
  'task_run_id', task_run_id)::text
FROM artifact a WHERE ($1::text::uuid IS NULL OR id > $1::text::uuid)
  AND NOT EXISTS (SELECT FROM flow_run_state s WHERE s.result_artifact_id = a.id)
  AND NOT EXISTS (SELECT FROM task_run_state s WHERE s.result_artifact_id = a.id)
  AND ($3::text::timestamptz IS NULL OR updated >= $3::text::timestamptz)
ORDER BY id LIMIT $2::int

-- name: prefect_logs
-- Log lines of the runs that are taken in, the oldest first.
SELECT l.id::text, json_build_object('name', l.name, 'level', l.level, 'message', l.message, 'timestamp', l.timestamp,
  'flow_run_id', l.flow_run_id, 'task_run_id', l.task_run_id)::text
FROM log l
WHERE ($1::text::uuid IS NULL OR (l.timestamp, l.id) > ((SELECT p.timestamp FROM log p WHERE p.id = $1::text::uuid), $1::text::uuid))
  AND (CASE WHEN l.task_run_id IS NULL
    THEN EXISTS (SELECT FROM flow_run r WHERE r.id = l.flow_run_id
      AND r.state_type IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED')
      AND ($3::text::timestamptz IS NULL OR coalesce(r.end_time, r.state_timestamp, r.created) >= $3::text::timestamptz))
    ELSE EXISTS (SELECT FROM task_run r WHERE r.id = l.task_run_id
      AND r.state_type IN ('COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED')
      AND ($3::text::timestamptz IS NULL OR coalesce(r.end_time, r.state_timestamp, r.created) >= $3::text::timestamptz))
    END)
ORDER BY l.timestamp, l.id LIMIT $2::int

-- name: prefect_events
-- Events other than changes of state, which are the histories; the oldest first.
SELECT e.id::text, json_build_object('id', e.id, 'occurred', e.occurred, 'received', e.received, 'event', e.event,
  'resource', e.resource, 'related', e.related, 'payload', e.payload, 'follows', e.follows)::text
FROM events e
WHERE ($1::text::uuid IS NULL OR (e.occurred, e.id) > ((SELECT p.occurred FROM events p WHERE p.id = $1::text::uuid), $1::text::uuid))
  AND ($3::text::timestamptz IS NULL OR e.occurred >= $3::text::timestamptz) AND e.resource ->> 'prefect.state-type' IS NULL
ORDER BY e.occurred, e.id LIMIT $2::int
