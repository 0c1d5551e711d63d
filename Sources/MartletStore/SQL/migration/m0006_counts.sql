-- Counts of runs by kind and state for dashboards. A batch inserts its differences and touches no
-- shared row, so writers never meet; a service folds old differences into the sums.

CREATE TABLE run_count (
  namespace   filled_name NOT NULL,
  kind        smallint NOT NULL,
  state_type  smallint NOT NULL,
  runs        bigint NOT NULL,
  PRIMARY KEY (namespace, kind, state_type)
) WITH (fillfactor = 50);

-- So many runs went from one state to another; from none when they were created.
CREATE TABLE run_count_change (
  namespace  filled_name NOT NULL,
  kind       smallint NOT NULL,
  from_type  smallint,
  to_type    smallint NOT NULL,
  runs       positive_number NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.05);
