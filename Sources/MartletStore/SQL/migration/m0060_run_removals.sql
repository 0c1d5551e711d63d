-- Runs that were deleted, and trees of runs whose deletion goes on.

-- What is kept of a deleted run for a while: watchers hear of it, and a late repeat of its creation does not bring it back.
CREATE TABLE run_removal (
  run_id      uuid PRIMARY KEY,
  namespace   filled_name NOT NULL,
  kind        kind_code NOT NULL,
  name        filled_text NOT NULL,
  definition  text COLLATE "C" NOT NULL,
  parent_id   uuid,
  root_id     uuid NOT NULL,
  actor       filled_text NOT NULL,
  time        timestamptz NOT NULL,
  -- Whether the lines are gone that were being written when it was deleted.
  is_swept    boolean NOT NULL DEFAULT false
);
CREATE INDEX run_removal_time ON run_removal (time);
CREATE INDEX run_removal_unswept ON run_removal (time) WHERE NOT is_swept;

-- Deletions of trees that are too large for one transaction.
CREATE TABLE run_deletion (
  run_id        uuid PRIMARY KEY,
  namespace     filled_name NOT NULL,
  actor         filled_text NOT NULL,
  request_time  timestamptz NOT NULL,
  -- Until when one replica is dealing with it; others pass it over.
  taken_until   timestamptz
);

-- Results that the cache refers to outlive their runs.
CREATE INDEX cache_entry_uri ON cache_entry ((payload ->> 'uri')) WHERE payload ->> 'uri' IS NOT NULL;

-- MA002 is the program's own SQLSTATE for a creation of a run that was deleted.
CREATE FUNCTION refuse_deleted(run_id uuid) RETURNS uuid LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'run % was deleted', run_id USING ERRCODE = 'MA002';
END $$;

-- The first runs of a tree in an order in which each comes after all that are below it.
CREATE FUNCTION deletion_order(top uuid, most integer) RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
DECLARE
  path uuid[] := ARRAY[top];
  chosen uuid[] := '{}';
  here uuid;
  following uuid;
BEGIN
  LOOP
    LOOP
      SELECT r.id INTO following FROM run r WHERE r.parent_id = path[cardinality(path)] ORDER BY r.id LIMIT 1;
      EXIT WHEN following IS NULL;
      path := path || following;
    END LOOP;
    LOOP
      here := path[cardinality(path)];
      chosen := chosen || here;
      IF here = top OR cardinality(chosen) >= most THEN RETURN chosen; END IF;
      path := path[1:cardinality(path) - 1];
      SELECT r.id INTO following FROM run r
        WHERE r.parent_id = path[cardinality(path)] AND r.id > here ORDER BY r.id LIMIT 1;
      IF following IS NOT NULL THEN
        path := path || following;
        EXIT;
      END IF;
    END LOOP;
  END LOOP;
END $$;
