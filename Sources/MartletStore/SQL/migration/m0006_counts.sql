-- Counts of runs by kind and state for dashboards. A batch inserts its differences and touches no
-- shared row, so writers never meet; a service folds old differences into the sums.

CREATE TABLE run_count (
  namespace   text COLLATE "C" NOT NULL CHECK (namespace <> ''),
  kind        smallint NOT NULL,
  state_type  smallint NOT NULL,
  runs        bigint NOT NULL,
  PRIMARY KEY (namespace, kind, state_type)
) WITH (fillfactor = 50);

CREATE TABLE run_count_change (
  namespace   text COLLATE "C" NOT NULL CHECK (namespace <> ''),
  kind        smallint NOT NULL,
  state_type  smallint NOT NULL,
  change      bigint NOT NULL CHECK (change <> 0)
) WITH (autovacuum_vacuum_scale_factor = 0.05);
