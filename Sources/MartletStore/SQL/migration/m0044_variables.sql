-- Values with a name that programs share.

-- No etag is given twice, so that one of a variable that was deleted fits no later one of its name.
CREATE SEQUENCE variable_etag AS bigint;

CREATE TABLE variable (
  namespace    filled_name NOT NULL,
  name         text COLLATE "C" NOT NULL CHECK (name ~ '^[a-z0-9_-]{1,255}$'),
  value        jsonb NOT NULL,
  tags         text[] NOT NULL DEFAULT '{}',
  created_by   filled_text NOT NULL,
  updated_by   filled_text NOT NULL,
  create_time  timestamptz NOT NULL,
  update_time  timestamptz NOT NULL CHECK (update_time >= create_time),
  etag         bigint NOT NULL DEFAULT nextval('variable_etag'),
  -- The change that made it what it is: its repeat finds it so.
  change_id    uuid NOT NULL,
  PRIMARY KEY (namespace, name)
);
