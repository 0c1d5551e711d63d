-- Who is alive and what waits: leases of executors, the runs they hold, everything with a due time.

CREATE TABLE session (
  id           uuid PRIMARY KEY,
  namespace    filled_name NOT NULL,
  holder       filled_text NOT NULL,
  actor        filled_text NOT NULL,
  epoch        positive_number NOT NULL DEFAULT 1,
  ttl_us       bigint NOT NULL CHECK (ttl_us BETWEEN 1000 AND 86400000000),
  open_time    timestamptz NOT NULL,
  beat_time    timestamptz NOT NULL,
  lease_until  timestamptz NOT NULL,
  -- Until when one replica is ending this lapsed session; others pass it over.
  taken_until  timestamptz,
  CHECK (lease_until >= beat_time)
) WITH (fillfactor = 50);

CREATE TABLE claim (
  run_id      uuid PRIMARY KEY,
  namespace   filled_name NOT NULL,
  session_id  uuid NOT NULL,
  epoch       positive_number NOT NULL
);
CREATE INDEX claim_session ON claim (session_id);

-- Runs that were taken from a session by somebody else while its process may live: it is told to stop. Kept for a day.
CREATE TABLE run_eviction (
  session_id  uuid NOT NULL,
  run_id      uuid NOT NULL,
  epoch       natural_number NOT NULL,
  time        timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (session_id, run_id)
);
CREATE INDEX run_eviction_time ON run_eviction (time);

-- When the server must look at a run again: it is late, or its timeout, pause or bound is over.
CREATE TABLE run_due (
  run_id       uuid PRIMARY KEY,
  namespace    filled_name NOT NULL,
  state_type   smallint NOT NULL CHECK (state_type BETWEEN 1 AND 5),
  due          timestamptz NOT NULL,
  -- Until when one replica is dealing with it; others pass it over.
  taken_until  timestamptz
);
CREATE INDEX run_due_order ON run_due (due);

-- Stopped runs whose children are still to be cancelled.
CREATE TABLE run_cascade (
  run_id       uuid PRIMARY KEY,
  namespace    filled_name NOT NULL,
  actor        filled_text NOT NULL,
  bound_us     natural_number NOT NULL,
  -- Children up to this one have been asked.
  after_id     uuid,
  taken_until  timestamptz
);

-- Replicas of the server, and the one clock of leases: it ticks while any of them has a database.
CREATE TABLE replica (
  id          uuid PRIMARY KEY,
  host        text NOT NULL,
  version     text NOT NULL,
  start_time  timestamptz NOT NULL,
  beat_time   timestamptz NOT NULL CHECK (beat_time >= start_time)
) WITH (fillfactor = 50);

CREATE TABLE lease_clock (
  one         boolean PRIMARY KEY DEFAULT true CHECK (one),
  tick_time   timestamptz NOT NULL,
  stopped_us  bigint NOT NULL DEFAULT 0 CHECK (stopped_us >= 0)
) WITH (fillfactor = 10);
INSERT INTO lease_clock (tick_time) VALUES (clock_timestamp());
