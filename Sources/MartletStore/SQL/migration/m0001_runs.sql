-- Runs are two rows: run, wide and immutable but for what people edit, and run_state, narrow and
-- updated by every transition. No index names a changing column of run_state, so its updates stay
-- on the page (HOT): half of each page is left free, for runs that were created together move on
-- together, in one transaction. No foreign key goes from run to run: cascades are later batches.

CREATE TABLE run (
  id                  uuid PRIMARY KEY,
  namespace           text COLLATE "C" NOT NULL CHECK (namespace <> ''),
  kind                smallint NOT NULL CHECK (kind BETWEEN 1 AND 3),
  name                text NOT NULL CHECK (name <> ''),
  definition          text COLLATE "C" NOT NULL,
  definition_version  text NOT NULL DEFAULT '',
  parent_id           uuid CHECK (parent_id <> id),
  root_id             uuid NOT NULL,
  due_time            timestamptz,
  parameters          jsonb,
  dependencies        jsonb,
  labels              jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(labels) = 'object'),
  tags                text[] NOT NULL DEFAULT '{}',
  timeout_us          bigint CHECK (timeout_us > 0),
  heartbeat_us        bigint CHECK (heartbeat_us > 0),
  created_by          text NOT NULL,
  trace_parent        text NOT NULL DEFAULT '',
  create_time         timestamptz NOT NULL,
  etag                bigint NOT NULL DEFAULT 1 CHECK (etag > 0),
  CHECK ((parent_id IS NULL) = (root_id = id))
);

-- Lists walk by id, which is time-ordered; state is read from the row beside it.
CREATE INDEX run_list ON run (namespace, kind, id);
CREATE INDEX run_definition ON run (namespace, definition, id);
CREATE INDEX run_parent ON run (parent_id, id) WHERE parent_id IS NOT NULL;

CREATE TABLE run_state (
  id               uuid PRIMARY KEY,
  namespace        text COLLATE "C" NOT NULL CHECK (namespace <> ''),
  kind             smallint NOT NULL CHECK (kind BETWEEN 1 AND 3),
  parent_id        uuid,
  root_id          uuid NOT NULL,
  -- What the run was created with, as 128 bits: a repeated create must have the same.
  content_digest   uuid NOT NULL,
  state_type       smallint NOT NULL CHECK (state_type BETWEEN 1 AND 9),
  state_name       text NOT NULL CHECK (state_name <> ''),
  revision         bigint NOT NULL CHECK (revision > 0),
  epoch            bigint NOT NULL CHECK (epoch >= 0),
  last_seq         bigint NOT NULL CHECK (last_seq >= 0),
  attempt          integer NOT NULL CHECK (attempt >= 0),
  -- A running run has one owner, whose process is bound.
  execution_id     uuid CHECK (state_type <> 3 OR execution_id IS NOT NULL),
  session_id       uuid,
  -- Crashed by a lapsed lease: the same epoch and execution may still replace it.
  is_presumptive   boolean NOT NULL CHECK (NOT is_presumptive OR state_type = 9),
  transition_time  timestamptz NOT NULL,
  start_time       timestamptz,
  end_time         timestamptz CHECK (end_time >= start_time),
  running_us       bigint NOT NULL CHECK (running_us >= 0),
  due_time         timestamptz CHECK (state_type <= 5 OR due_time IS NULL),
  CHECK ((end_time IS NOT NULL) = (state_type >= 6))
) WITH (fillfactor = 45, autovacuum_vacuum_scale_factor = 0.02);
