-- What is refused of reports beside their transitions: results that are not there, and words of processes that no longer
-- have their runs.

-- MA005 is the program's own SQLSTATE for a state whose result is not stored.
CREATE FUNCTION refuse_missing_result() RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a result is not stored' USING ERRCODE = 'MA005';
END $$;

-- Which writers' runs another process had taken anew when their words came. Words that were under way before are still
-- theirs; so are those at the epoch that the run has, for the processes of a run speak for each other.
CREATE FUNCTION fenced_writers(run_ids uuid[], execution_ids uuid[], epochs bigint[], arrivals timestamptz[])
RETURNS TABLE (run_id uuid, execution_id uuid, epoch bigint, run_epoch bigint) LANGUAGE sql STABLE AS $$
  SELECT w.run_id, w.execution_id, w.epoch, s.epoch
  FROM unnest(run_ids, execution_ids, epochs, arrivals) AS w (run_id, execution_id, epoch, arrival)
  JOIN run_state s ON s.id = w.run_id
  WHERE s.epoch > w.epoch AND s.execution_id IS DISTINCT FROM w.execution_id
    AND EXISTS (SELECT FROM run_transition h WHERE h.run_id = w.run_id AND h.epoch > w.epoch AND h.time < w.arrival)
$$;
