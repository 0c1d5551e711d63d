-- What happened to runs: a row for every accepted transition, kept as the audit trail and as the
-- event, and a row for every refused report, kept so that a repeat gets the same answer.

CREATE TABLE run_transition (
  run_id         uuid NOT NULL,
  revision       bigint NOT NULL CHECK (revision > 0),
  namespace      text COLLATE "C" NOT NULL CHECK (namespace <> ''),
  from_type      smallint CHECK (from_type BETWEEN 1 AND 9),
  from_name      text NOT NULL,
  to_type        smallint NOT NULL CHECK (to_type BETWEEN 1 AND 9),
  to_name        text NOT NULL CHECK (to_name <> ''),
  message        text NOT NULL,
  detail         jsonb,
  epoch          bigint NOT NULL CHECK (epoch >= 0),
  execution_id   uuid,
  -- The report's number within the epoch; null when someone else caused the transition.
  seq            bigint CHECK (seq > 0),
  verdict        smallint NOT NULL CHECK (verdict IN (1, 2)),
  reason         text COLLATE "C" CHECK ((reason IS NULL) = (verdict = 1)),
  rule           text COLLATE "C" NOT NULL CHECK (rule <> ''),
  actor          text NOT NULL CHECK (actor <> ''),
  attempt        integer NOT NULL CHECK (attempt >= 0),
  time           timestamptz NOT NULL,
  observed_time  timestamptz,
  CHECK ((from_type IS NULL) = (revision = 1)),
  PRIMARY KEY (run_id, revision)
) PARTITION BY RANGE (run_id);

SELECT begin_partitions('run_transition', (now() AT TIME ZONE 'UTC')::date - 1);
SELECT extend_partitions('run_transition', (now() AT TIME ZONE 'UTC')::date + 7);

CREATE TABLE run_refusal (
  run_id         uuid NOT NULL,
  epoch          bigint NOT NULL CHECK (epoch >= 0),
  seq            bigint NOT NULL CHECK (seq > 0),
  namespace      text COLLATE "C" NOT NULL CHECK (namespace <> ''),
  execution_id   uuid NOT NULL,
  proposed_type  smallint NOT NULL CHECK (proposed_type BETWEEN 1 AND 9),
  reason         text COLLATE "C" NOT NULL CHECK (reason <> ''),
  rule           text COLLATE "C" NOT NULL,
  actor          text NOT NULL CHECK (actor <> ''),
  time           timestamptz NOT NULL,
  PRIMARY KEY (run_id, epoch, seq)
);
