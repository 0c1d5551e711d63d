-- Blocks, their types and their schemas.

-- name: insert_block_type
-- Creates a type; no row when its slug, its name or its id is taken.
INSERT INTO block_type AS t (id, namespace, slug, name, description, logo_url, documentation_url,
  code_example, is_protected, create_time, update_time)
SELECT $1::uuid, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text, $9::boolean,
  n.now, n.now
FROM (SELECT clock_timestamp() AS now) n
ON CONFLICT DO NOTHING
RETURNING id, namespace, slug, name, description, logo_url, documentation_url, code_example, is_protected,
  create_time, update_time

-- name: update_block_type
-- Says something else of a type; what is protected stays so.
UPDATE block_type t SET name = $3::text, description = $4::text, logo_url = $5::text,
  documentation_url = $6::text, code_example = $7::text, is_protected = t.is_protected OR $8::boolean,
  update_time = greatest(t.update_time, clock_timestamp())
WHERE namespace = $1::text AND slug = $2::text
RETURNING id, namespace, slug, name, description, logo_url, documentation_url, code_example, is_protected,
  create_time, update_time

-- name: list_block_types
-- Types by name, some passed over: of ids or slugs, with a text in the name, with a schema that can do all of some things.
SELECT t.id, t.namespace, t.slug, t.name, t.description, t.logo_url, t.documentation_url, t.code_example,
  t.is_protected, t.create_time, t.update_time
FROM block_type t
WHERE t.namespace = $1::text AND ($2::text[] = '{}' OR t.slug = ANY ($2::text[]) OR t.id::text = ANY ($2::text[]))
  AND ($3::text = '' OR strpos(lower(t.name), lower($3::text)) > 0)
  AND ($4::text[] = '{}' OR EXISTS (SELECT FROM block_schema s
    WHERE s.block_type_id = t.id AND s.capabilities @> $4::text[]))
ORDER BY t.name OFFSET $5::bigint LIMIT $6::bigint

-- name: delete_block_type
-- Deletes a type with its schemas and blocks.
DELETE FROM block_type WHERE namespace = $1::text AND id = $2::uuid AND NOT is_protected RETURNING id

-- name: insert_block_schema
-- Adds a schema; no row when there is one of that checksum and version, or no such type.
INSERT INTO block_schema (id, namespace, block_type_id, checksum, version, fields, capabilities, create_time)
SELECT $1::uuid, t.namespace, t.id, $4::text, $5::text, $6::text, $7::text[], clock_timestamp()
FROM (SELECT id, namespace FROM block_type WHERE namespace = $2::text AND id = $3::uuid FOR KEY SHARE) t
ON CONFLICT (namespace, checksum, version) DO NOTHING
RETURNING id

-- name: list_block_schemas
-- Schemas, the newest first, some passed over: of ids, of types by id or slug, of versions, of a checksum, that can do all
-- of some things.
SELECT s.id, s.namespace, s.block_type_id, t.slug, s.checksum, s.version, s.fields, s.capabilities, s.create_time,
  t.is_protected
FROM block_schema s JOIN block_type t ON t.id = s.block_type_id
WHERE s.namespace = $1::text AND ($2::uuid[] = '{}' OR s.id = ANY ($2::uuid[]))
  AND ($3::text[] = '{}' OR t.slug = ANY ($3::text[]) OR t.id::text = ANY ($3::text[]))
  AND s.capabilities @> $4::text[] AND ($5::text[] = '{}' OR s.version = ANY ($5::text[]))
  AND ($6::text IS NULL OR s.checksum = $6::text)
ORDER BY s.create_time DESC, s.id DESC OFFSET $7::bigint LIMIT $8::bigint

-- name: delete_block_schema
-- Deletes a schema with its blocks.
DELETE FROM block_schema s USING block_type t
WHERE t.id = s.block_type_id AND NOT t.is_protected AND s.namespace = $1::text AND s.id = $2::uuid
RETURNING s.id

-- name: list_block_capabilities
-- What blocks can do.
SELECT DISTINCT c FROM block_schema s CROSS JOIN LATERAL unnest(s.capabilities) c
WHERE s.namespace = $1::text ORDER BY c

-- name: insert_block
-- Creates a block of a schema; no row when its name or id is taken, or when there is no such schema.
INSERT INTO block (id, namespace, block_type_id, block_schema_id, name, is_anonymous, key_id, sealed, created_by,
  create_time, update_time)
SELECT $1::uuid, s.namespace, s.block_type_id, s.id, $4::text, $5::boolean, $6::text, $7::bytea, $8::text, n.now, n.now
FROM (SELECT id, namespace, block_type_id FROM block_schema WHERE namespace = $2::text AND id = $3::uuid
  FOR KEY SHARE) s, (SELECT clock_timestamp() AS now) n
ON CONFLICT DO NOTHING
RETURNING id

-- name: lock_block
-- Locks a block that is changed.
SELECT etag, block_type_id FROM block WHERE namespace = $1::text AND id = $2::uuid FOR NO KEY UPDATE

-- name: update_block
-- Changes a locked block.
UPDATE block SET block_schema_id = $2::uuid, key_id = $3::text, sealed = $4::bytea,
  update_time = greatest(update_time, clock_timestamp()), etag = nextval('block_etag')
WHERE id = $1::uuid RETURNING etag

-- name: clear_block_references
-- Takes a block's references away.
DELETE FROM block_reference WHERE block_id = $1::uuid

-- name: insert_block_references
-- Gives a block references to others that are there.
INSERT INTO block_reference (block_id, field, target_id)
SELECT $1::uuid, w.field, b.id FROM unnest($2::text[], $3::uuid[]) AS w (field, target)
JOIN block b ON b.id = w.target AND b.namespace = $4::text
RETURNING field

-- name: find_block_cycle
-- Whether a block can be reached from itself.
WITH RECURSIVE reached AS (
  SELECT target_id FROM block_reference WHERE block_id = $1::uuid
  UNION
  SELECT r.target_id FROM reached d JOIN block_reference r ON r.block_id = d.target_id
)
SELECT EXISTS (SELECT FROM reached WHERE target_id = $1::uuid)

-- name: lock_block_references
-- One change of references at a time in a namespace: two could close a circle that neither sees.
SELECT pg_advisory_xact_lock(hashtextextended('block references ' || $1::text, 0)) IS NULL

-- name: list_blocks
-- Blocks in an order, some passed over: of ids, names, types by id or slug, with a text in the name, of schemas that can do
-- all of some things.
SELECT b.id, b.namespace, b.name, b.block_type_id, t.slug, b.block_schema_id, b.is_anonymous, b.key_id, b.sealed,
  b.created_by, b.create_time, b.update_time, b.etag, s.fields,
  ARRAY(SELECT r.field FROM block_reference r WHERE r.block_id = b.id ORDER BY r.field),
  ARRAY(SELECT r.target_id FROM block_reference r WHERE r.block_id = b.id ORDER BY r.field)
FROM block b JOIN block_type t ON t.id = b.block_type_id JOIN block_schema s ON s.id = b.block_schema_id
WHERE b.namespace = $1::text AND ($2::uuid[] = '{}' OR b.id = ANY ($2::uuid[]))
  AND ($3::text[] = '{}' OR b.name = ANY ($3::text[]))
  AND ($4::text = '' OR strpos(lower(b.name), lower($4::text)) > 0)
  AND ($5::text[] = '{}' OR t.slug = ANY ($5::text[]) OR t.id::text = ANY ($5::text[]))
  AND s.capabilities @> $6::text[] AND ($7::boolean OR NOT b.is_anonymous)
ORDER BY CASE WHEN $8::smallint = 3 THEN t.name END, CASE WHEN $8::smallint = 2 THEN b.name END DESC,
  b.name, b.id OFFSET $9::bigint LIMIT $10::bigint

-- name: count_blocks
-- How many blocks such a list has.
SELECT count(*) FROM block b JOIN block_type t ON t.id = b.block_type_id JOIN block_schema s ON s.id = b.block_schema_id
WHERE b.namespace = $1::text AND ($2::uuid[] = '{}' OR b.id = ANY ($2::uuid[]))
  AND ($3::text[] = '{}' OR b.name = ANY ($3::text[]))
  AND ($4::text = '' OR strpos(lower(b.name), lower($4::text)) > 0)
  AND ($5::text[] = '{}' OR t.slug = ANY ($5::text[]) OR t.id::text = ANY ($5::text[]))
  AND s.capabilities @> $6::text[] AND ($7::boolean OR NOT b.is_anonymous)

-- name: find_any_block
-- Whether there is any block, in whatever namespace.
SELECT EXISTS (SELECT FROM block)

-- name: delete_block
-- Deletes a block.
DELETE FROM block WHERE namespace = $1::text AND id = $2::uuid RETURNING id
