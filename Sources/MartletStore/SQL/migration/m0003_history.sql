-- What happened to runs: a row for every accepted transition, kept as the audit trail and as the
-- event, and a row for every refused report, kept so that a repeat gets the same answer.

CREATE TABLE run_transition (
  run_id         uuid NOT NULL,
  revision       positive_number NOT NULL,
  namespace      filled_name NOT NULL,
  from_type      state_code,
  from_name      text NOT NULL,
  to_type        state_code NOT NULL,
  to_name        filled_text NOT NULL,
  message        text NOT NULL,
  detail         jsonb,
  epoch          natural_number NOT NULL,
  execution_id   uuid,
  -- The report's number within the epoch; null when someone else caused the transition.
  seq            positive_number,
  -- What a report that told of the past is known by; null for all others.
  report_id      uuid,
  -- Why the report's state was replaced by this one; null when it was accepted.
  reason         filled_name,
  rule           filled_name NOT NULL,
  actor          filled_text NOT NULL,
  attempt        natural_integer NOT NULL,
  time           timestamptz NOT NULL,
  observed_time  timestamptz,
  CHECK ((from_type IS NULL) = (revision = 1)),
  CHECK (report_id IS NULL OR seq IS NULL),
  PRIMARY KEY (run_id, revision)
) PARTITION BY RANGE (run_id);

-- A run is told each once.
CREATE UNIQUE INDEX run_transition_report ON run_transition (run_id, report_id) WHERE report_id IS NOT NULL;

SELECT begin_partitions('run_transition', (now() AT TIME ZONE 'UTC')::date - 1);
SELECT extend_partitions('run_transition', (now() AT TIME ZONE 'UTC')::date + 7);

CREATE TABLE run_refusal (
  run_id         uuid NOT NULL,
  epoch          natural_number NOT NULL,
  seq            positive_number NOT NULL,
  namespace      filled_name NOT NULL,
  execution_id   uuid NOT NULL,
  proposed_type  state_code NOT NULL,
  reason         filled_name NOT NULL,
  rule           text COLLATE "C" NOT NULL,
  actor          filled_text NOT NULL,
  time           timestamptz NOT NULL,
  PRIMARY KEY (run_id, epoch, seq)
);
