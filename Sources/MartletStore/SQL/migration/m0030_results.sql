-- Results that are too large for a state, and references to results elsewhere.

CREATE TABLE result (
  id           uuid PRIMARY KEY,
  namespace    filled_name NOT NULL,
  run_id       uuid,
  media_type   text NOT NULL,
  -- sha256: and 64 digits; empty only for a value elsewhere whose digest nobody told.
  digest       text NOT NULL,
  size         natural_number NOT NULL,
  is_json      boolean NOT NULL DEFAULT false,
  data         bytea,
  uri          text CHECK (uri <> ''),
  created_by   filled_text NOT NULL,
  create_time  timestamptz NOT NULL,
  expire_time  timestamptz,
  CHECK ((data IS NULL) <> (uri IS NULL) AND (data IS NULL OR (length(data) = size AND digest <> '')))
);
-- Results are compressed by those who make them, if at all.
ALTER TABLE result ALTER data SET STORAGE EXTERNAL;
CREATE INDEX result_run ON result (run_id, create_time) WHERE run_id IS NOT NULL;
CREATE INDEX result_due ON result (expire_time) WHERE expire_time IS NOT NULL;
