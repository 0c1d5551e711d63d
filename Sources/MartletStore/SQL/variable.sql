-- Variables: values with a name.

-- name: insert_variable
-- Creates a variable; no row when the name is taken.
INSERT INTO variable (namespace, name, value, tags, created_by, updated_by, create_time, update_time,
  change_id)
SELECT $1::text, $2::text, $3::jsonb, $4::text[], $5::text, $5::text, n.now, n.now, $6::uuid
FROM (SELECT clock_timestamp() AS now) n
ON CONFLICT (namespace, name) DO NOTHING
RETURNING namespace, name, value, tags, created_by, updated_by, create_time, update_time, etag, id

-- name: update_variable
-- Changes a variable where the etag matches; the same change again changes nothing, and needs no etag.
UPDATE variable v SET name = coalesce($8::text, v.name),
  value = $3::jsonb, tags = $4::text[],
  updated_by = CASE WHEN v.change_id = $6::uuid THEN v.updated_by ELSE $5::text END,
  update_time = CASE WHEN v.change_id = $6::uuid THEN v.update_time
    ELSE greatest(v.update_time, clock_timestamp()) END,
  etag = CASE WHEN v.change_id = $6::uuid THEN v.etag ELSE nextval('variable_etag') END,
  change_id = $6::uuid
WHERE namespace = $1::text AND name = $2::text
  AND CASE WHEN v.change_id = $6::uuid THEN (v.value, v.tags) = ($3::jsonb, $4::text[])
    ELSE $7::bigint IS NULL OR v.etag = $7::bigint END
RETURNING namespace, name, value, tags, created_by, updated_by, create_time, update_time, etag, id

-- name: get_variable
-- One variable, with whether it has this value and these tags, and whether this change made it so.
SELECT namespace, name, value, tags, created_by, updated_by, create_time, update_time, etag, id,
  (value, tags) = ($3::jsonb, $4::text[]), change_id = $5::uuid
FROM variable WHERE namespace = $1::text AND name = $2::text

-- name: find_variable
-- One variable by id.
SELECT namespace, name, value, tags, created_by, updated_by, create_time, update_time, etag, id
FROM variable WHERE namespace = $1::text AND id = $2::uuid

-- name: list_variables
-- Variables in an order, after a name or with some passed over, of a filter.
SELECT namespace, name, value, tags, created_by, updated_by, create_time, update_time, etag, id
FROM variable WHERE namespace = $1::text AND starts_with(name, $2::text) AND tags @> $3::text[]
  AND ($4::uuid[] = '{}' OR id = ANY ($4::uuid[])) AND ($5::text[] = '{}' OR name = ANY ($5::text[]))
  AND strpos(name, lower($6::text)) > 0 AND ($7::boolean IS NULL OR $7::boolean = (tags <> '{}'))
  AND ($8::text IS NULL OR name > $8::text)
ORDER BY CASE $9::smallint WHEN 3 THEN create_time WHEN 4 THEN update_time END DESC,
  CASE WHEN $9::smallint = 2 THEN name END DESC, name
OFFSET $10::bigint LIMIT $11::bigint

-- name: count_variables
-- How many variables a filter takes.
SELECT count(*) FROM variable WHERE namespace = $1::text AND starts_with(name, $2::text) AND tags @> $3::text[]
  AND ($4::uuid[] = '{}' OR id = ANY ($4::uuid[])) AND ($5::text[] = '{}' OR name = ANY ($5::text[]))
  AND strpos(name, lower($6::text)) > 0 AND ($7::boolean IS NULL OR $7::boolean = (tags <> '{}'))

-- name: delete_variable
-- Deletes a variable where the etag matches.
DELETE FROM variable WHERE namespace = $1::text AND name = $2::text
  AND ($3::bigint IS NULL OR etag = $3::bigint)
RETURNING etag
