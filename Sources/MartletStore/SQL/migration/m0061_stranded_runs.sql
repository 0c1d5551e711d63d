-- Runs that were put back for others, below another run: it may have ended, or may end, so that nobody may start them.
CREATE TABLE run_stranding (
  run_id     uuid PRIMARY KEY,
  namespace  filled_name NOT NULL,
  -- When it is to be looked at; put off by whoever looks.
  look_time  timestamptz NOT NULL DEFAULT '-infinity'
);
CREATE INDEX run_stranding_look ON run_stranding (look_time, run_id);
