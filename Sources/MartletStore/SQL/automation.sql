-- Automations: what they are, the windows of their triggers, and what is still to be done.

-- name: insert_automation
-- Creates an automation; no row when the id is taken.
INSERT INTO automation (id, namespace, name, description, is_paused, tags, trigger, actions, actions_on_trigger,
  actions_on_resolve, owner_resource, created_by, updated_by, create_time, update_time, begin_time)
SELECT $1::uuid, $2::text, $3::text, $4::text, $5::boolean, $6::text[], $7::text, $8::text, $9::text, $10::text,
  $11::text, $12::text, $12::text, n.now, n.now, n.now
FROM (SELECT clock_timestamp() AS now) n
ON CONFLICT DO NOTHING
RETURNING id

-- name: update_automation
-- Changes an automation that has an etag; where its trigger begins anew, it has another term.
UPDATE automation a SET name = $3::text, description = $4::text, is_paused = $5::boolean, tags = $6::text[],
  trigger = $7::text, actions = $8::text, actions_on_trigger = $9::text, actions_on_resolve = $10::text,
  updated_by = $11::text, update_time = greatest(a.update_time, clock_timestamp()),
  etag = nextval('automation_etag'),
  term = CASE WHEN $13::boolean THEN nextval('automation_etag') ELSE a.term END,
  begin_time = CASE WHEN $13::boolean THEN clock_timestamp() ELSE a.begin_time END
WHERE namespace = $1::text AND id = $2::uuid AND etag = $12::bigint
RETURNING id

-- name: clear_automation_buckets
-- Forgets the windows of earlier terms.
DELETE FROM automation_bucket b USING automation a
WHERE b.automation_id = $1::uuid AND a.id = $1::uuid AND b.term <> a.term

-- name: list_automations
-- Automations in an order, some passed over, of a filter.
SELECT id, namespace, name, description, is_paused, tags, trigger, actions, actions_on_trigger, actions_on_resolve,
  owner_resource, created_by, updated_by, create_time, update_time, etag, term, begin_time
FROM automation WHERE namespace = $1::text
  AND automation_fits(id, name, create_time, tags, $2::uuid[], $3::text[], $4::text[], $5::boolean, $8::text[],
    $9::timestamptz, $10::boolean, $11::boolean)
  AND ($6::text = '' OR owner_resource = $6::text)
  AND ($7::text = '' OR owner_resource = $7::text OR strpos(trigger, $7::text) > 0
    OR strpos(actions || actions_on_trigger || actions_on_resolve, substring($7::text from '[^.]*$')) > 0)
ORDER BY CASE $12::smallint WHEN 3 THEN create_time WHEN 4 THEN update_time END DESC,
  CASE WHEN $12::smallint = 2 THEN name END DESC, name, id
OFFSET $13::bigint LIMIT $14::bigint

-- name: count_automations
-- How many automations a filter takes.
SELECT count(*) FROM automation WHERE namespace = $1::text
  AND automation_fits(id, name, create_time, tags, $2::uuid[], $3::text[], $4::text[], $5::boolean, $8::text[],
    $9::timestamptz, $10::boolean, $11::boolean)
  AND ($6::text = '' OR owner_resource = $6::text)
  AND ($7::text = '' OR owner_resource = $7::text OR strpos(trigger, $7::text) > 0
    OR strpos(actions || actions_on_trigger || actions_on_resolve, substring($7::text from '[^.]*$')) > 0)

-- name: delete_automation
-- Deletes an automation where the etag matches, with its windows and what it has not done.
DELETE FROM automation WHERE namespace = $1::text AND id = $2::uuid AND ($3::bigint IS NULL OR etag = $3::bigint)
RETURNING id

-- name: list_live_automations
-- Which automations have triggers that see events, and since when; the cursor beside each, and alone where there is none.
SELECT c.generation, c.xid, c.version, a.id, a.etag, a.begin_time
FROM automation_cursor c LEFT JOIN automation a ON NOT a.is_paused ORDER BY a.id

-- name: read_automations
-- Automations by id.
SELECT id, namespace, name, description, is_paused, tags, trigger, actions, actions_on_trigger, actions_on_resolve,
  owner_resource, created_by, updated_by, create_time, update_time, etag, term, begin_time
FROM automation WHERE id = ANY ($1::uuid[])

-- name: read_automation_buckets
-- Windows by key.
SELECT b.automation_id, b.term, b.key_id, b.key, b.start_time, b.end_time, b.last_time, b.count, b.has_fired, b.event,
  b.node, b.parts
FROM unnest($1::uuid[], $2::bigint[], $3::uuid[]) AS w (automation_id, term, key_id)
JOIN automation_bucket b USING (automation_id, term, key_id)

-- name: read_due_automation_buckets
-- Windows that time alone changes, the longest due first; also those of earlier terms.
SELECT automation_id, term, key_id, key, start_time, end_time, last_time, count, has_fired, event,
  node, parts
FROM automation_bucket WHERE wake_time <= $1::timestamptz ORDER BY wake_time LIMIT $2::bigint

-- name: next_automation_wake
-- When time alone changes a window next, in microseconds from now.
SELECT (extract(epoch FROM min(wake_time) - clock_timestamp()) * 1000000)::bigint FROM automation_bucket
WHERE wake_time IS NOT NULL

-- name: move_automation_cursor
-- Moves the cursor from a version; no row when another replica did.
UPDATE automation_cursor SET generation = $2::bigint, xid = $3::bigint, version = version + 1
WHERE version = $1::bigint
RETURNING version

-- name: save_automation_buckets
-- Writes windows of terms that still hold.
INSERT INTO automation_bucket AS b (automation_id, term, key_id, key, start_time, end_time, last_time, count, has_fired,
  wake_time, event, node, parts)
SELECT w.automation_id, w.term, w.key_id, w.key, w.start_time, w.end_time, w.last_time, w.count, w.has_fired, w.wake_time,
  w.event, w.node::smallint, w.parts
FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::timestamptz[],
    $8::bigint[], $9::boolean[], $10::timestamptz[], $11::text[], $12::bigint[], $13::text[])
  AS w (automation_id, term, key_id, key, start_time, end_time, last_time, count, has_fired, wake_time, event, node,
    parts)
JOIN automation a ON a.id = w.automation_id AND a.term = w.term
ON CONFLICT (automation_id, term, key_id) DO UPDATE SET start_time = excluded.start_time, end_time = excluded.end_time,
  last_time = excluded.last_time, count = excluded.count, has_fired = excluded.has_fired, wake_time = excluded.wake_time,
  event = excluded.event, parts = excluded.parts

-- name: delete_automation_buckets
-- Closes windows.
DELETE FROM automation_bucket b USING unnest($1::uuid[], $2::bigint[], $3::uuid[]) AS w (automation_id, term, key_id)
WHERE b.automation_id = w.automation_id AND b.term = w.term AND b.key_id = w.key_id

-- name: insert_automation_tasks
-- Notes what firings of terms that still hold are to do.
INSERT INTO automation_task (id, automation_id, firing_id, ordinal, trigger_id, event_id, action, firing, is_outgoing,
  time, due_time)
SELECT w.id, w.automation_id, w.firing_id, w.ordinal, w.trigger_id, w.event_id, w.action, w.firing, w.is_outgoing,
  n.now, n.now
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::uuid[], $5::bigint[], $6::uuid[], $7::uuid[], $8::text[], $9::text[],
    $10::boolean[])
  AS w (id, automation_id, term, firing_id, ordinal, trigger_id, event_id, action, firing, is_outgoing)
JOIN automation a ON a.id = w.automation_id AND a.term = w.term AND NOT a.is_paused,
  (SELECT clock_timestamp() AS now) n
ON CONFLICT (firing_id, ordinal) DO NOTHING

-- name: take_automation_tasks
-- Takes what is due, outside or here, for a while: nobody else takes it until then.
UPDATE automation_task t SET attempts = t.attempts + 1,
  due_time = clock_timestamp() + $2::bigint * interval '1 microsecond'
FROM automation a
WHERE a.id = t.automation_id AND t.id IN (
  SELECT id FROM automation_task WHERE is_outgoing = $3::boolean AND due_time <= clock_timestamp()
  ORDER BY due_time, id LIMIT $1::bigint FOR UPDATE SKIP LOCKED)
RETURNING t.id, t.automation_id, a.namespace, a.name, t.firing_id, t.ordinal, t.trigger_id, t.event_id, t.action,
  t.firing, t.time, t.attempts, a.description, a.trigger

-- name: end_automation_task
-- It is done.
DELETE FROM automation_task WHERE id = $1::uuid

-- name: delay_automation_task
-- It is tried again later.
UPDATE automation_task SET due_time = clock_timestamp() + $2::bigint * interval '1 microsecond' WHERE id = $1::uuid

-- name: next_automation_task
-- When something is to be done next, outside or here, in microseconds from now.
SELECT (extract(epoch FROM min(due_time) - clock_timestamp()) * 1000000)::bigint FROM automation_task
WHERE is_outgoing = $1::boolean

-- name: read_run_relations
-- What runs have to do with.
SELECT r.id, r.tags, r.parent_id, f.id, d.deployment_id, e.name, p.id, p.name, q.id, q.name
FROM run r LEFT JOIN flow f ON r.kind = 1 AND f.namespace = r.namespace AND f.name = r.definition
LEFT JOIN run_deployment d ON d.run_id = r.id LEFT JOIN deployment e ON e.id = d.deployment_id
LEFT JOIN pool p ON p.id = d.pool_id LEFT JOIN queue q ON q.id = d.queue_id
WHERE r.id = ANY ($1::uuid[])
