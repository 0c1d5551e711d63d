-- Events: those of programs from their table, the transitions of runs from the history.

-- name: insert_new_events
-- Appends events; fails when one is there already.
INSERT INTO event (id, namespace, name, time, resource_id, resource, related, run_id, payload, follows,
  actor, receive_time)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::jsonb[],
  $7::jsonb[], $8::uuid[], $9::jsonb[], $10::uuid[], $11::text[], $12::timestamptz[])

-- name: insert_events
-- Appends events, passing over those that are there already.
INSERT INTO event (id, namespace, name, time, resource_id, resource, related, run_id, payload, follows,
  actor, receive_time)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::jsonb[],
  $7::jsonb[], $8::uuid[], $9::jsonb[], $10::uuid[], $11::text[], $12::timestamptz[])
ON CONFLICT DO NOTHING
RETURNING id

-- name: insert_event_feed
-- Tells followers which events this transaction wrote: revision 0 says that the ids are those of events.
INSERT INTO feed (time, run_ids, revisions)
VALUES (clock_timestamp(), $1::uuid[], array_fill(0::bigint, ARRAY[cardinality($1::uuid[])]))

-- name: read_events
-- Events by id, in the order given.
SELECT e.id, e.namespace, e.name, e.time, e.resource_id, e.resource, e.related, e.run_id, e.payload,
  e.follows, e.actor, e.receive_time, w.ordinality - 1
FROM unnest($1::uuid[]) WITH ORDINALITY AS w (id, ordinality) JOIN event e ON e.id = w.id
WHERE e.id = ANY ($1::uuid[])
ORDER BY w.ordinality

-- name: read_run_kinds
-- What kind of run each is, and what it is called.
SELECT id, kind, name, definition FROM run WHERE id = ANY ($1::uuid[])

-- name: list_events
-- Events of a stretch of time, the latest first, before a place.
SELECT e.id, e.namespace, e.name, e.time, e.resource_id, e.resource, e.related, e.run_id, e.payload,
  e.follows, e.actor, e.receive_time
FROM event e
WHERE e.namespace = $1::text AND e.time >= $2::timestamptz AND e.time <= $3::timestamptz
  AND (e.time, e.id) < ($3::timestamptz, $4::uuid)
  AND ($5::text IS NULL OR e.name = $5::text) AND ($6::text IS NULL OR e.name ^@ $6::text)
  AND ($7::text IS NULL OR e.resource_id = $7::text) AND ($8::uuid IS NULL OR e.run_id = $8::uuid)
ORDER BY e.time DESC, e.id DESC LIMIT $9::bigint

-- name: list_transition_events
-- Transitions of a stretch of time as events, the latest first, before a place.
SELECT h.run_id, h.revision, h.namespace, h.time, h.from_type, h.from_name, h.to_type, h.to_name, h.message,
  h.epoch, h.attempt, h.rule, h.actor, r.kind, r.name, r.definition
FROM run_transition h JOIN run r ON r.id = h.run_id
WHERE h.namespace = $1::text AND h.time >= $2::timestamptz AND h.time <= $3::timestamptz
  AND (h.time, h.run_id, h.revision) < ($3::timestamptz, $4::uuid, $10::bigint)
  AND ($5::text IS NULL OR transition_name(r.kind, h.to_name) = $5::text)
  AND ($6::text IS NULL OR transition_name(r.kind, h.to_name) ^@ $6::text)
  AND ($7::smallint IS NULL OR r.kind = $7::smallint) AND ($8::uuid IS NULL OR h.run_id = $8::uuid)
ORDER BY h.time DESC, h.run_id DESC, h.revision DESC LIMIT $9::bigint

-- name: count_events
-- How many events of a stretch of time there are, by name or by hour; the most frequent or the latest first.
WITH found AS (
  SELECT e.name, e.time FROM event e
  WHERE $10::boolean AND e.namespace = $1::text AND e.time >= $2::timestamptz AND e.time <= $3::timestamptz
    AND ($4::text IS NULL OR e.name = $4::text) AND ($5::text IS NULL OR e.name ^@ $5::text)
    AND ($6::text IS NULL OR e.resource_id = $6::text) AND ($8::uuid IS NULL OR e.run_id = $8::uuid)
  UNION ALL
  SELECT transition_name(r.kind, h.to_name), h.time FROM run_transition h JOIN run r ON r.id = h.run_id
  WHERE $11::boolean AND h.namespace = $1::text AND h.time >= $2::timestamptz AND h.time <= $3::timestamptz
    AND ($4::text IS NULL OR transition_name(r.kind, h.to_name) = $4::text)
    AND ($5::text IS NULL OR transition_name(r.kind, h.to_name) ^@ $5::text)
    AND ($7::smallint IS NULL OR r.kind = $7::smallint) AND ($9::uuid IS NULL OR h.run_id = $9::uuid)
)
SELECT CASE WHEN $12::boolean THEN '' ELSE name END, CASE WHEN $12::boolean
    THEN date_trunc('hour', time AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' END, count(*)
FROM found GROUP BY 1, 2 ORDER BY 2 DESC, 3 DESC, 1 LIMIT 1000
