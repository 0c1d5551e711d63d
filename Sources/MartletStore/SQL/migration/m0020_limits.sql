-- Named limits, and who holds their slots. How full a limit is, is counted from limit_hold: no counter that can leak.

CREATE DOMAIN limit_scope_code AS smallint CHECK (VALUE BETWEEN 1 AND 5);
CREATE DOMAIN slot_count AS integer CHECK (VALUE BETWEEN 1 AND 1000000);

CREATE TABLE slot_limit (
  id           uuid PRIMARY KEY,
  namespace    filled_name NOT NULL,
  -- Limits of one shard are looked after by one granter; a namespace lies in one shard.
  shard        smallint NOT NULL CHECK (shard >= 0),
  -- Limits of other scopes stand with what they are of.
  scope        limit_scope_code NOT NULL CHECK (scope IN (1, 2)),
  name         filled_name NOT NULL,
  slots        integer NOT NULL CHECK (slots BETWEEN 0 AND 1000000),
  -- 0: slots come back by release.
  decay        double precision NOT NULL CHECK (decay = 0 OR decay BETWEEN 0.00001 AND 1000000),
  enabled      boolean NOT NULL,
  description  text NOT NULL DEFAULT '',
  created_by   filled_text NOT NULL,
  create_time  timestamptz NOT NULL,
  update_time  timestamptz NOT NULL CHECK (update_time >= create_time),
  etag         positive_number NOT NULL DEFAULT 1,
  UNIQUE (namespace, scope, name)
);

-- A lease that was granted. Its row stays for a while after its end, so that a late repeat of the request is not a
-- second lease.
CREATE TABLE limit_lease (
  id           uuid PRIMARY KEY,
  namespace    filled_name NOT NULL,
  mode         smallint NOT NULL CHECK (mode IN (1, 2)),
  -- What was asked for, as text: another request of the same id is told from a repeat by it.
  request      filled_text NOT NULL,
  holder       text NOT NULL,
  run_id       uuid,
  session_id   uuid,
  actor        filled_text NOT NULL,
  ttl_us       bigint NOT NULL CHECK (ttl_us BETWEEN 1000000 AND 86400000000),
  create_time  timestamptz NOT NULL,
  grant_time   timestamptz NOT NULL,
  expire_time  timestamptz NOT NULL,
  -- Whether the one who asked was told; until then it runs for a short time only.
  collected    boolean NOT NULL,
  end_time     timestamptz,
  -- 3 released, 4 lapsed, 5 reset.
  end_state    smallint CHECK (end_state BETWEEN 3 AND 5),
  CHECK ((end_time IS NULL) = (end_state IS NULL))
) WITH (fillfactor = 70);
CREATE INDEX limit_lease_expiry ON limit_lease (expire_time) WHERE end_time IS NULL;
CREATE INDEX limit_lease_session ON limit_lease (session_id)
  WHERE end_time IS NULL AND session_id IS NOT NULL;
CREATE INDEX limit_lease_live ON limit_lease (namespace, grant_time, id) WHERE end_time IS NULL;
CREATE INDEX limit_lease_end ON limit_lease (end_time) WHERE end_time IS NOT NULL;

-- Slots of one limit that a lease holds; gone with the end of the lease, or, when they come back by time, some time
-- after return_time.
CREATE TABLE limit_hold (
  limit_id     uuid NOT NULL,
  lease_id     uuid NOT NULL,
  slots        slot_count NOT NULL,
  return_time  timestamptz,
  PRIMARY KEY (limit_id, lease_id)
);
CREATE INDEX limit_hold_lease ON limit_hold (lease_id);
CREATE INDEX limit_hold_return ON limit_hold (return_time) WHERE return_time IS NOT NULL;
