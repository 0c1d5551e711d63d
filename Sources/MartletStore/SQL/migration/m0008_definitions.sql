-- Things with names of their own: flows, and what runs leave for people.

CREATE TABLE flow (
  id           uuid PRIMARY KEY,
  namespace    text COLLATE "C" NOT NULL CHECK (namespace <> ''),
  name         text COLLATE "C" NOT NULL CHECK (name <> ''),
  description  text NOT NULL DEFAULT '',
  labels       jsonb NOT NULL DEFAULT '{}',
  tags         text[] NOT NULL DEFAULT '{}',
  created_by   text NOT NULL CHECK (created_by <> ''),
  create_time  timestamptz NOT NULL,
  update_time  timestamptz NOT NULL CHECK (update_time >= create_time),
  etag         bigint NOT NULL DEFAULT 1 CHECK (etag > 0),
  UNIQUE (namespace, name)
);

CREATE TABLE artifact (
  id           uuid PRIMARY KEY,
  namespace    text COLLATE "C" NOT NULL CHECK (namespace <> ''),
  -- Artifacts with the same key are versions of one thing; without a key they stand alone.
  key          text COLLATE "C" CHECK (key <> ''),
  version      bigint NOT NULL CHECK (version > 0),
  run_id       uuid,
  media_type   text NOT NULL CHECK (media_type <> ''),
  title        text NOT NULL DEFAULT '',
  description  text NOT NULL DEFAULT '',
  body         bytea NOT NULL CHECK (length(body) <= 4194304),
  labels       jsonb NOT NULL DEFAULT '{}',
  created_by   text NOT NULL CHECK (created_by <> ''),
  create_time  timestamptz NOT NULL,
  update_time  timestamptz NOT NULL CHECK (update_time >= create_time),
  etag         bigint NOT NULL DEFAULT 1 CHECK (etag > 0),
  UNIQUE (namespace, key, version)
);
CREATE INDEX artifact_list ON artifact (namespace, id);
CREATE INDEX artifact_run ON artifact (run_id) WHERE run_id IS NOT NULL;
