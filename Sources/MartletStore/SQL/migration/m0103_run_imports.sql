-- Who took in runs of other servers of which others are said to be the makers. A row goes with its run.

CREATE TABLE run_import (
  run_id       uuid PRIMARY KEY,
  imported_by  filled_text NOT NULL
);

-- The first runs of a tree in an order in which each comes after all that are below it. A run that enclosed itself would end
-- the way down, not go round for ever.
CREATE OR REPLACE FUNCTION deletion_order(top uuid, most integer) RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
DECLARE
  path uuid[] := ARRAY[top];
  chosen uuid[] := '{}';
  here uuid;
  following uuid;
BEGIN
  LOOP
    LOOP
      SELECT r.id INTO following FROM run r
        WHERE r.parent_id = path[cardinality(path)] AND r.id <> ALL (path) ORDER BY r.id LIMIT 1;
      EXIT WHEN following IS NULL;
      path := path || following;
    END LOOP;
    LOOP
      here := path[cardinality(path)];
      chosen := chosen || here;
      IF here = top OR cardinality(chosen) >= most THEN RETURN chosen; END IF;
      path := path[1:cardinality(path) - 1];
      SELECT r.id INTO following FROM run r
        WHERE r.parent_id = path[cardinality(path)] AND r.id > here AND r.id <> ALL (path) ORDER BY r.id LIMIT 1;
      IF following IS NOT NULL THEN
        path := path || following;
        EXIT;
      END IF;
    END LOOP;
  END LOOP;
END $$;
