-- What comes in from other servers and systems: it has happened, so the feed does not tell of it and nothing waits for it.
-- Rows of runs are inserted as those of new runs are. Arrays are sorted by id.

-- name: find_imported
-- Which of these runs are there or were deleted, where their enclosing runs are, and the first run above those that is not
-- there: it may be one of these, and no run may come to enclose itself.
SELECT r.namespace IS NOT NULL, EXISTS (SELECT FROM run_removal d WHERE d.run_id = w.id), p.namespace, p.root_id, a.id
FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS w (id, parent_id, ordinality)
LEFT JOIN LATERAL (SELECT r.namespace FROM run_state r WHERE r.id = w.id OFFSET 0) r ON true
LEFT JOIN LATERAL (
  SELECT p.namespace, p.root_id, p.parent_id FROM run_state p WHERE p.id = w.parent_id OFFSET 0) p ON true
LEFT JOIN LATERAL (
  WITH RECURSIVE above AS (
    SELECT p.parent_id AS id, EXISTS (SELECT FROM run_state s WHERE s.id = p.parent_id) AS is_here
    UNION
    SELECT s.parent_id, EXISTS (SELECT FROM run_state t WHERE t.id = s.parent_id)
    FROM above u CROSS JOIN LATERAL (SELECT s.parent_id FROM run_state s WHERE s.id = u.id OFFSET 0) s
    WHERE u.is_here AND s.parent_id IS NOT NULL
  )
  SELECT u.id FROM above u WHERE NOT u.is_here LIMIT 1
) a ON p.parent_id IS NOT NULL
ORDER BY w.ordinality

-- name: lock_loose_runs
-- One import at a time in a namespace of runs whose enclosing runs are not there: two could close a circle that neither sees.
SELECT pg_advisory_xact_lock(hashtextextended('loose runs ' || $1::text, 0)) IS NULL

-- name: find_same_runs
-- Which of these runs are there as they are given: what they are, their parameters, and as much of their history as is kept.
WITH other AS MATERIALIZED (
  SELECT t.run_id
  FROM unnest($11::uuid[], $12::bigint[], $13::smallint[], $14::text[], $15::text[], $16::jsonb[], $17::timestamptz[])
    AS t (run_id, revision, to_type, to_name, message, detail, time)
  CROSS JOIN LATERAL (
    SELECT * FROM run_transition h WHERE h.run_id = t.run_id AND h.revision = t.revision OFFSET 0) h
  WHERE (h.to_type, h.to_name, h.message, h.detail, h.time)
    IS DISTINCT FROM (t.to_type, t.to_name, t.message, t.detail, t.time)
)
SELECT n.id
FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::uuid[], $5::jsonb[], $6::timestamptz[], $7::bigint[],
  $8::smallint[], $9::timestamptz[])
  AS n (id, kind, definition, parent_id, parameters, create_time, revision, state_type, transition_time)
CROSS JOIN LATERAL (SELECT * FROM run r WHERE r.id = n.id OFFSET 0) r
CROSS JOIN LATERAL (SELECT * FROM run_state s WHERE s.id = n.id OFFSET 0) s
WHERE r.namespace = $10::text
  AND (r.kind, r.definition, r.parent_id, r.parameters, r.create_time)
    IS NOT DISTINCT FROM (n.kind, n.definition, n.parent_id, n.parameters, n.create_time)
  AND (s.revision, s.state_type, s.transition_time) = (n.revision, n.state_type, n.transition_time)
  AND n.id NOT IN (SELECT o.run_id FROM other o)

-- name: insert_imported_work
-- Ties runs to their deployments; of a pool or a queue that is not here nothing is known.
INSERT INTO run_deployment (run_id, namespace, deployment_id, version, pool_id, queue_id, schedule_id, schedule_time,
  backfill_id, job_variables, worker)
SELECT n.run_id, $1::text, n.deployment_id, n.version, coalesce(p.id, n.nobody), coalesce(q.id, n.nobody), n.schedule_id,
  n.schedule_time, n.backfill_id, n.job_variables, n.worker
FROM (SELECT *, '00000000-0000-0000-0000-000000000000'::uuid AS nobody
  FROM unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::uuid[], $8::timestamptz[], $9::uuid[],
    $10::text[], $11::text[])
    AS w (run_id, deployment_id, version, pool, queue, schedule_id, schedule_time, backfill_id, job_variables, worker)) n
LEFT JOIN pool p ON p.namespace = $1::text AND p.name = n.pool
LEFT JOIN queue q ON q.pool_id = p.id AND q.name = n.queue

-- name: insert_importers
-- Notes who took in runs of which others are said to be the makers.
INSERT INTO run_import (run_id, imported_by)
SELECT * FROM unnest($1::uuid[], $2::text[]) AS n (run_id, imported_by)

-- name: record_imported
-- Appends history rows and what the runs change in the counts.
WITH history AS (
  INSERT INTO run_transition (run_id, revision, namespace, from_type, from_name, to_type, to_name,
    message, detail, epoch, execution_id, seq, reason, rule, actor, attempt, time, observed_time)
  SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::smallint[], $5::text[],
    $6::smallint[], $7::text[], $8::text[], $9::jsonb[], $10::bigint[], $11::uuid[], $12::bigint[],
    $13::text[], $14::text[], $15::text[], $16::integer[], $17::timestamptz[], $18::timestamptz[])
)
INSERT INTO run_count_change (namespace, kind, from_type, to_type, runs)
SELECT $19::text, kind, NULL, to_type, runs
FROM unnest($20::smallint[], $21::smallint[], $22::bigint[]) AS c (kind, to_type, runs)

-- name: import_artifacts
-- Adds artifacts behind the last version of their keys, passing over ids that are there and runs that were deleted.
INSERT INTO artifact (id, namespace, key, version, run_id, media_type, title, description, body, labels, created_by,
  create_time, update_time)
SELECT n.id, $1::text, n.key, CASE WHEN n.key IS NULL THEN 1 ELSE coalesce(
    (SELECT max(a.version) FROM artifact a WHERE a.namespace = $1::text AND a.key = n.key), 0)
    + row_number() OVER (PARTITION BY n.key ORDER BY n.create_time, n.id) END,
  n.run_id, n.media_type, n.title, n.description, n.body, n.labels, $2::text, n.create_time, n.update_time
FROM unnest($3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::bytea[], $10::jsonb[],
  $11::timestamptz[], $12::timestamptz[])
  AS n (id, key, run_id, media_type, title, description, body, labels, create_time, update_time)
WHERE NOT EXISTS (SELECT FROM run_removal d WHERE d.run_id = n.run_id)
ORDER BY n.id
ON CONFLICT (id) DO NOTHING
RETURNING id

-- name: find_same_artifacts
-- The places of those of these artifacts that are there with the same content.
SELECT n.place - 1
FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::bytea[], $9::jsonb[])
  WITH ORDINALITY AS n (id, key, run_id, media_type, title, description, body, labels, place)
JOIN artifact a ON a.id = n.id AND a.namespace = $1::text
WHERE (a.key, a.run_id, a.media_type, a.title, a.description, a.body, a.labels)
  IS NOT DISTINCT FROM (n.key, n.run_id, n.media_type, n.title, n.description, n.body, n.labels)

-- name: set_versions_aside
-- Makes room in series whose versions are not in the order of their times: each moves beyond all of them.
UPDATE artifact a SET version = a.version + n.last
FROM (
  SELECT v.key, max(v.version) AS last
  FROM (SELECT key, version, row_number() OVER (PARTITION BY key ORDER BY create_time, id) AS place
    FROM artifact WHERE namespace = $1::text AND key = ANY ($2::text[])) v
  GROUP BY v.key HAVING bool_or(v.version <> v.place)
) n
WHERE a.namespace = $1::text AND a.key = n.key

-- name: order_versions
-- Counts the versions of such series anew, from 1, by their times.
UPDATE artifact a SET version = n.place
FROM (SELECT id, version, row_number() OVER (PARTITION BY key ORDER BY create_time, id) AS place
  FROM artifact WHERE namespace = $1::text AND key = ANY ($2::text[])) n
WHERE a.id = n.id AND a.version <> n.place
