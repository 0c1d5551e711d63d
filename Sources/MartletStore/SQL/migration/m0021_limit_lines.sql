-- Who stands in line for slots, and who may move the lines.

CREATE TABLE limit_waiter (
  id           uuid PRIMARY KEY,
  namespace    filled_name NOT NULL,
  shard        smallint NOT NULL CHECK (shard >= 0),
  -- The order of the line; drawn while the limits are locked.
  number       bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  mode         smallint NOT NULL CHECK (mode IN (1, 2)),
  request      filled_text NOT NULL,
  holder       text NOT NULL,
  run_id       uuid,
  session_id   uuid,
  actor        filled_text NOT NULL,
  ttl_us       bigint NOT NULL CHECK (ttl_us BETWEEN 1000000 AND 86400000000),
  create_time  timestamptz NOT NULL,
  -- When it loses its place unless it asks again.
  expire_time  timestamptz NOT NULL,
  -- When it can be served although nothing but time will have passed.
  due          timestamptz
) WITH (fillfactor = 70);
CREATE INDEX limit_waiter_expiry ON limit_waiter (expire_time);
CREATE INDEX limit_waiter_due ON limit_waiter (due) WHERE due IS NOT NULL;

CREATE TABLE limit_want (
  limit_id   uuid NOT NULL,
  lease_id   uuid NOT NULL,
  -- That of the waiter.
  number     bigint NOT NULL,
  slots      slot_count NOT NULL,
  -- Whether other limits are wanted with it.
  joint      boolean NOT NULL,
  PRIMARY KEY (limit_id, number)
);
CREATE INDEX limit_want_lease ON limit_want (lease_id);
CREATE INDEX limit_want_joint ON limit_want (limit_id) WHERE joint;

-- Limits whose lines are to be looked at. Each cause adds a row of its own, so that nobody waits for the granter.
CREATE TABLE limit_mark (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  shard     smallint NOT NULL,
  limit_id  uuid NOT NULL
);
CREATE INDEX limit_mark_shard ON limit_mark (shard, id);

-- Which replica moves the lines of a shard, and until when; each change of hands raises the term.
CREATE TABLE limit_granter (
  shard        smallint PRIMARY KEY CHECK (shard >= 0),
  holder       uuid,
  term         natural_number NOT NULL DEFAULT 0,
  lease_until  timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50);
INSERT INTO limit_granter (shard) SELECT generate_series(0, 15);

-- How full a limit is now: counted, never stored.
CREATE VIEW limit_usage AS
SELECT l.id, h.held, h.draining, h.drained_by, h.holders, w.waiters, w.line
FROM slot_limit l
CROSS JOIN LATERAL (
  SELECT coalesce(sum(h.slots) FILTER (WHERE h.return_time IS NULL), 0)::bigint AS held,
    coalesce(sum(h.slots) FILTER (WHERE h.return_time IS NOT NULL), 0)::bigint AS draining,
    max(h.return_time) AS drained_by,
    count(*) FILTER (WHERE h.return_time IS NULL) AS holders
  FROM limit_hold h WHERE h.limit_id = l.id
    AND (h.return_time IS NULL OR h.return_time > clock_timestamp())
) h
-- An outer join, so that the line is counted only for those who ask for it.
LEFT JOIN LATERAL (
  SELECT count(*) AS waiters, count(*) FILTER (WHERE w.slots <= l.slots) AS line
  FROM limit_want w WHERE w.limit_id = l.id
) w ON true;
