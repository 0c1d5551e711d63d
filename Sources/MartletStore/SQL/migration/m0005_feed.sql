-- What followers read: a row for every committed batch. A row becomes readable once no older
-- transaction runs, so (generation, transaction, ordinal in the array) never skips one.

CREATE FUNCTION is_consistent(run_ids uuid[], revisions bigint[], first_time timestamptz, last_time timestamptz)
RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN cardinality(run_ids) > 0 AND (first_time IS NULL) = (last_time IS NULL)
    AND cardinality(revisions) = CASE WHEN first_time IS NULL THEN cardinality(run_ids) ELSE 0 END;
END $$;

CREATE TABLE feed (
  xid         bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
  time        timestamptz NOT NULL,
  run_ids     uuid[] NOT NULL,
  -- Beside run_ids: the history row of each; empty when the batch wrote logs.
  revisions   bigint[] NOT NULL DEFAULT '{}',
  -- Times of the first and the last line when the batch wrote logs.
  first_time  timestamptz,
  last_time   timestamptz,
  PRIMARY KEY (xid, time),
  CONSTRAINT feed_is_consistent CHECK (is_consistent(run_ids, revisions, first_time, last_time))
) PARTITION BY RANGE (time);

-- Ids hardly compress, and trying costs more than the rest of the row.
ALTER TABLE feed ALTER run_ids SET STORAGE EXTERNAL, ALTER revisions SET STORAGE EXTERNAL;

SELECT begin_partitions('feed', (now() AT TIME ZONE 'UTC')::date - 1);
SELECT extend_partitions('feed', (now() AT TIME ZONE 'UTC')::date + 7);

-- Every batch up to this one may be gone: a token at or below it can no longer be followed.
CREATE TABLE feed_floor (
  one  boolean PRIMARY KEY DEFAULT true CHECK (one),
  xid  bigint NOT NULL CHECK (xid >= 0)
);
INSERT INTO feed_floor (xid) VALUES (0);

-- A new generation begins when the database is no longer the one that gave out the tokens: a
-- restored dump, a point in time, a promoted standby. Tokens of older ones are refused.
CREATE TABLE store_generation (
  generation         bigint PRIMARY KEY CHECK (generation > 0),
  system_identifier  bigint NOT NULL,
  timeline           integer NOT NULL,
  database_oid       oid NOT NULL,
  begin_time         timestamptz NOT NULL
);
INSERT INTO store_generation
SELECT 1, s.system_identifier, c.timeline_id,
  (SELECT oid FROM pg_database WHERE datname = current_database()), clock_timestamp()
FROM pg_control_system() s, pg_control_checkpoint() c;
