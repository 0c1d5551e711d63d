-- Log lines of runs, cut into days by the time the client wrote. The key refuses a line sent twice:
-- a client repeats a line with the time it first gave it.

CREATE TABLE log (
  run_id        uuid NOT NULL,
  time          timestamptz NOT NULL,
  execution_id  uuid NOT NULL,
  line          natural_number NOT NULL,
  namespace     filled_name NOT NULL,
  level         smallint NOT NULL CHECK (level BETWEEN 0 AND 100),
  logger        text NOT NULL DEFAULT '',
  message       text NOT NULL,
  fields        jsonb,
  receive_time  timestamptz NOT NULL,
  xid           bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
  PRIMARY KEY (run_id, time, execution_id, line)
) PARTITION BY RANGE (time);

SELECT begin_partitions('log', (now() AT TIME ZONE 'UTC')::date - 1);
SELECT extend_partitions('log', (now() AT TIME ZONE 'UTC')::date + 7);
