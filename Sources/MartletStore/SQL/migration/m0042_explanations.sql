-- What an explanation of a run looks up: the keys of the cache that it computes or waits for.

CREATE INDEX cache_reservation_of_run ON cache_reservation (run_id) WHERE run_id IS NOT NULL;

-- Runs that were told to wait for somebody who computes; good for a few seconds, for they ask again.
CREATE TABLE cache_wait (
  run_id     uuid NOT NULL,
  key        filled_name NOT NULL CHECK (octet_length(key) <= 1000),
  namespace  filled_name NOT NULL,
  ask_time   timestamptz NOT NULL,
  PRIMARY KEY (run_id, key)
) WITH (fillfactor = 70);
CREATE INDEX cache_wait_time ON cache_wait USING brin (ask_time);
