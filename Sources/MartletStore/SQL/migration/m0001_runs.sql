-- Runs are two rows: run, wide and immutable but for what people edit, and run_state, narrow and
-- updated by every transition. No index names a changing column of run_state, so its updates stay
-- on the page (HOT): half of each page is left free, for runs that were created together move on
-- together, in one transaction. No foreign key goes from run to run: cascades are later batches.

-- What a single column may hold is said by its domain: its check is compiled once a connection. That of a table is
-- read and compiled with every statement, which for a single row costs more than the row; so where more than two columns
-- meet, it is a call of a function, whose body is compiled once a connection too.
CREATE DOMAIN natural_number AS bigint CHECK (VALUE >= 0);
CREATE DOMAIN positive_number AS bigint CHECK (VALUE > 0);
CREATE DOMAIN natural_integer AS integer CHECK (VALUE >= 0);
CREATE DOMAIN kind_code AS smallint CHECK (VALUE BETWEEN 1 AND 3);
CREATE DOMAIN state_code AS smallint CHECK (VALUE BETWEEN 1 AND 9);
CREATE DOMAIN filled_text AS text CHECK (VALUE <> '');
CREATE DOMAIN filled_name AS text COLLATE "C" CHECK (VALUE <> '');
CREATE DOMAIN json_object AS jsonb CHECK (jsonb_typeof(VALUE) = 'object');

-- What a statement calls when rows, or the time, are not what was decided on: it takes the whole
-- transaction back without another round trip. MA001 is the program's own SQLSTATE for that. Called in
-- the rare case only, for a call costs as much as a row.
CREATE FUNCTION refuse_stale(what text) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is not what was decided on', what USING ERRCODE = 'MA001';
END $$;

CREATE TABLE run (
  id                  uuid PRIMARY KEY,
  namespace           filled_name NOT NULL,
  kind                kind_code NOT NULL,
  name                filled_text NOT NULL,
  definition          text COLLATE "C" NOT NULL,
  definition_version  text NOT NULL DEFAULT '',
  parent_id           uuid,
  root_id             uuid NOT NULL,
  due_time            timestamptz,
  parameters          jsonb,
  dependencies        jsonb,
  labels              json_object NOT NULL DEFAULT '{}',
  tags                text[] NOT NULL DEFAULT '{}',
  timeout_us          positive_number,
  heartbeat_us        positive_number,
  created_by          text NOT NULL,
  trace_parent        text NOT NULL DEFAULT '',
  create_time         timestamptz NOT NULL,
  etag                positive_number NOT NULL DEFAULT 1
);

CREATE FUNCTION is_placed(id uuid, parent_id uuid, root_id uuid) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN (parent_id IS NULL) = (root_id = id) AND (parent_id IS NULL OR parent_id <> id);
END $$;

ALTER TABLE run ADD CONSTRAINT run_is_placed CHECK (is_placed(id, parent_id, root_id));

-- Lists walk by id, which is time-ordered; state is read from the row beside it.
CREATE INDEX run_list ON run (namespace, kind, id);
CREATE INDEX run_definition ON run (namespace, definition, id);
CREATE INDEX run_parent ON run (parent_id, id) WHERE parent_id IS NOT NULL;

CREATE TABLE run_state (
  id               uuid PRIMARY KEY,
  namespace        filled_name NOT NULL,
  kind             kind_code NOT NULL,
  parent_id        uuid,
  root_id          uuid NOT NULL,
  -- What the run was created with, as 128 bits: a repeated create must have the same.
  content_digest   uuid NOT NULL,
  state_type       state_code NOT NULL,
  state_name       filled_text NOT NULL,
  revision         positive_number NOT NULL,
  epoch            natural_number NOT NULL,
  last_seq         natural_number NOT NULL,
  attempt          natural_integer NOT NULL,
  -- A running run has one owner, whose process is bound.
  execution_id     uuid,
  session_id       uuid,
  -- Crashed by a lapsed lease: the same epoch and execution may still replace it.
  is_presumptive   boolean NOT NULL,
  transition_time  timestamptz NOT NULL,
  start_time       timestamptz,
  end_time         timestamptz,
  running_us       natural_number NOT NULL,
  due_time         timestamptz,
  -- What its transitions depend on, and what it carries from one to the next; null for nearly all runs.
  policy           jsonb,
  tally            jsonb
) WITH (fillfactor = 45, autovacuum_vacuum_scale_factor = 0.02);

CREATE FUNCTION is_consistent(s run_state) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN (s.end_time IS NOT NULL) = (s.state_type >= 6) AND (s.due_time IS NULL OR s.state_type <= 5)
    AND (s.execution_id IS NOT NULL OR s.state_type <> 3) AND (s.state_type = 9 OR NOT s.is_presumptive)
    AND (s.end_time IS NULL OR s.start_time IS NULL OR s.end_time >= s.start_time);
END $$;

ALTER TABLE run_state ADD CONSTRAINT run_state_is_consistent CHECK (is_consistent(run_state));

-- What is kept of a run's pauses beside the history: what each asks for, and what it was given. JSON as
-- text, so that numbers come back as they were sent.
CREATE TABLE run_pause (
  run_id        uuid NOT NULL,
  key           text COLLATE "C" NOT NULL,
  namespace     filled_name NOT NULL,
  input_schema  text,
  input         text,
  time          timestamptz NOT NULL,
  PRIMARY KEY (run_id, key)
);
