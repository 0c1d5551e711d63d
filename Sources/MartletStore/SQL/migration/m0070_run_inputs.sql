-- Texts that runs are handed while they go on. They go with their run.

CREATE TABLE run_input (
  id           uuid PRIMARY KEY,
  run_id       uuid NOT NULL,
  key          text COLLATE "C" NOT NULL CHECK (octet_length(key) BETWEEN 1 AND 500),
  value        text NOT NULL CHECK (octet_length(value) <= 1048576),
  sender       text NOT NULL DEFAULT '' CHECK (octet_length(sender) <= 500),
  created_by   filled_text NOT NULL,
  create_time  timestamptz NOT NULL,
  UNIQUE (run_id, key)
);
-- The order in which a run reads them.
CREATE INDEX run_input_order ON run_input (run_id, id);
