-- Roads through the runs that lists take. Nothing in them changes after a run's creation.

-- The runs below an outermost run; it itself is found by its id.
CREATE INDEX run_root ON run (root_id, id) WHERE parent_id IS NOT NULL;
CREATE INDEX run_created ON run (namespace, create_time, id);
