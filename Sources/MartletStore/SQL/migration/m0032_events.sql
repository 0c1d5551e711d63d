-- Events that programs publish, cut into days by the time in their ids, so that the key refuses one sent twice. The
-- transitions of runs are events too, but they have their rows in the history already.

CREATE TABLE event (
  id            uuid PRIMARY KEY,
  namespace     filled_name NOT NULL,
  name          filled_name NOT NULL,
  time          timestamptz NOT NULL,
  resource_id   filled_name NOT NULL,
  resource      jsonb NOT NULL,
  related       jsonb,
  run_id        uuid,
  payload       jsonb,
  follows       uuid,
  actor         filled_text NOT NULL,
  receive_time  timestamptz NOT NULL
) PARTITION BY RANGE (id);

CREATE INDEX event_list ON event (namespace, time, id);
CREATE INDEX event_resource ON event (namespace, resource_id, time);
CREATE INDEX event_run ON event (run_id) WHERE run_id IS NOT NULL;

SELECT begin_partitions('event', (now() AT TIME ZONE 'UTC')::date - 1);
SELECT extend_partitions('event', (now() AT TIME ZONE 'UTC')::date + 7);

-- What the transition of a run is called as an event.
CREATE FUNCTION transition_name(kind smallint, state text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT 'martlet.' || CASE kind WHEN 1 THEN 'flow' WHEN 2 THEN 'task' ELSE 'step' END || '-run.' || state
$$;

-- History is appended in the order of time: a summary of each range of blocks finds a time at next to no cost.
CREATE INDEX run_transition_time ON run_transition USING brin (time) WITH (pages_per_range = 32, autosummarize = on);
