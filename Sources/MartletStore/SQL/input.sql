-- Inputs of runs.

-- name: insert_run_input
-- Adds an input; no row when the key is taken, or when there is no such run.
INSERT INTO run_input (id, run_id, key, value, sender, created_by, create_time)
SELECT $1::uuid, s.id, $3::text, $4::text, $5::text, $6::text, clock_timestamp()
FROM (SELECT id FROM run_state WHERE id = $2::uuid AND namespace = $7::text FOR KEY SHARE) s
ON CONFLICT (run_id, key) DO NOTHING
RETURNING id, run_id, key, value, sender, created_by, create_time

-- name: get_run_input
-- One input of a run.
SELECT i.id, i.run_id, i.key, i.value, i.sender, i.created_by, i.create_time
FROM run_input i JOIN run_state s ON s.id = i.run_id
WHERE i.run_id = $1::uuid AND i.key = $2::text AND s.namespace = $3::text

-- name: list_run_inputs
-- Inputs of a run by id, the oldest first, after one, whose keys begin with a prefix and are none of some.
SELECT i.id, i.run_id, i.key, i.value, i.sender, i.created_by, i.create_time
FROM run_input i JOIN run_state s ON s.id = i.run_id
WHERE i.run_id = $1::uuid AND s.namespace = $2::text AND ($3::uuid IS NULL OR i.id > $3::uuid)
  AND starts_with(i.key, $4::text) AND i.key <> ALL ($5::text[])
ORDER BY i.id LIMIT $6::bigint

-- name: delete_run_input
-- Deletes an input.
DELETE FROM run_input i USING run_state s
WHERE s.id = i.run_id AND i.run_id = $1::uuid AND i.key = $2::text AND s.namespace = $3::text
RETURNING i.id
