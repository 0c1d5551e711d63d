-- Settings with secrets in them. What they hold is encrypted before it comes here.

CREATE TABLE block_type (
  id                 uuid PRIMARY KEY,
  namespace          filled_name NOT NULL,
  slug               text COLLATE "C" NOT NULL CHECK (slug ~ '^[a-z0-9_-]{1,200}$'),
  name               filled_name COLLATE "C" NOT NULL,
  description        text NOT NULL DEFAULT '',
  logo_url           text NOT NULL DEFAULT '',
  documentation_url  text NOT NULL DEFAULT '',
  code_example       text NOT NULL DEFAULT '',
  is_protected       boolean NOT NULL,
  create_time        timestamptz NOT NULL,
  update_time        timestamptz NOT NULL CHECK (update_time >= create_time),
  UNIQUE (namespace, slug),
  UNIQUE (namespace, name)
);

CREATE TABLE block_schema (
  id             uuid PRIMARY KEY,
  namespace      filled_name NOT NULL,
  block_type_id  uuid NOT NULL REFERENCES block_type ON DELETE CASCADE,
  checksum       filled_name COLLATE "C" NOT NULL,
  version        text COLLATE "C" NOT NULL DEFAULT '' CHECK (octet_length(version) <= 200),
  -- Text, not jsonb: byte for byte what the checksum is of.
  fields         text NOT NULL CHECK (octet_length(fields) <= 1048576),
  capabilities   text[] NOT NULL DEFAULT '{}',
  create_time    timestamptz NOT NULL,
  UNIQUE (namespace, checksum, version)
);
CREATE INDEX block_schema_type ON block_schema (block_type_id);

CREATE SEQUENCE block_etag AS bigint;

CREATE TABLE block (
  id              uuid PRIMARY KEY,
  namespace       filled_name NOT NULL,
  block_type_id   uuid NOT NULL REFERENCES block_type ON DELETE CASCADE,
  block_schema_id uuid NOT NULL REFERENCES block_schema ON DELETE CASCADE,
  name            filled_name COLLATE "C" NOT NULL,
  is_anonymous    boolean NOT NULL,
  -- Which key the data is sealed with; the key itself is never here.
  key_id          text NOT NULL CHECK (key_id <> ''),
  sealed          bytea NOT NULL,
  created_by      filled_text NOT NULL,
  create_time     timestamptz NOT NULL,
  update_time     timestamptz NOT NULL CHECK (update_time >= create_time),
  -- No etag is given twice.
  etag            bigint NOT NULL DEFAULT nextval('block_etag'),
  UNIQUE (block_type_id, name)
);
CREATE INDEX block_schema_blocks ON block (block_schema_id);
CREATE INDEX block_name ON block (namespace, name);

-- A field of one block that holds the data of another.
CREATE TABLE block_reference (
  block_id   uuid NOT NULL REFERENCES block ON DELETE CASCADE,
  field      text COLLATE "C" NOT NULL CHECK (field <> ''),
  target_id  uuid NOT NULL REFERENCES block ON DELETE CASCADE,
  PRIMARY KEY (block_id, field)
);
CREATE INDEX block_reference_target ON block_reference (target_id);
