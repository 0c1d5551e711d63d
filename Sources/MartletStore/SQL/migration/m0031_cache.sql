-- The cache of results. A key is one row, whose lock orders everything that is decided about it; those who
-- compute its value hold leases.

CREATE TABLE cache_entry (
  namespace      filled_name NOT NULL,
  key            filled_name NOT NULL CHECK (octet_length(key) <= 1000),
  -- Raised by every commit; 0 before the first.
  revision       natural_number NOT NULL DEFAULT 0,
  payload        jsonb,
  source_run_id  uuid,
  compute_time   timestamptz,
  expire_time    timestamptz,
  -- Until then a lease may be held, so that the row may not go.
  busy_until     timestamptz NOT NULL,
  -- From then on the row may be deleted.
  due_time       timestamptz NOT NULL GENERATED ALWAYS AS (CASE WHEN revision = 0 THEN busy_until
    ELSE greatest(busy_until, coalesce(expire_time, 'infinity')) END) STORED,
  PRIMARY KEY (namespace, key),
  CHECK ((payload IS NULL) = (revision = 0) AND (compute_time IS NULL) = (revision = 0))
);
CREATE INDEX cache_entry_due ON cache_entry (due_time) WHERE due_time < 'infinity';

CREATE TABLE cache_reservation (
  token       uuid PRIMARY KEY,
  namespace   filled_name NOT NULL,
  key         filled_name NOT NULL,
  run_id      uuid,
  isolation   smallint NOT NULL CHECK (isolation IN (1, 2)),
  revision    natural_number NOT NULL,
  lapse_time  timestamptz NOT NULL,
  expire_us   positive_number,
  outcome     smallint CHECK (outcome IN (1, 2)),
  FOREIGN KEY (namespace, key) REFERENCES cache_entry ON DELETE CASCADE
);
CREATE INDEX cache_reservation_key ON cache_reservation (namespace, key);
CREATE INDEX cache_reservation_due ON cache_reservation (lapse_time);
