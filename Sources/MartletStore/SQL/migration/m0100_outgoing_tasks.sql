-- What waits for others, outside, is taken apart from what is done here; and automations are found by more of what they are.

ALTER TABLE automation_task ADD COLUMN is_outgoing boolean NOT NULL DEFAULT false;
DROP INDEX automation_task_due;
CREATE INDEX automation_task_due ON automation_task (is_outgoing, due_time, id);

-- Whether an automation is one of those that are asked for. What is empty, or null, is not asked; what is not asked is as good
-- as true where all must hold, and as nothing where one suffices.
CREATE FUNCTION automation_fits(own_id uuid, own_name text, own_time timestamptz, own_tags text[], ids uuid[], names text[],
  all_tags text[], has_tags boolean, any_tags text[], until timestamptz, one_suffices boolean, one_tag_suffices boolean)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  WITH of_tags AS (
    SELECT bool_and(holds) AS everything, bool_or(holds) AS one
    FROM (VALUES (CASE WHEN all_tags <> '{}' THEN own_tags @> all_tags END),
      (CASE WHEN any_tags <> '{}' THEN own_tags && any_tags END),
      (CASE WHEN has_tags IS NOT NULL THEN has_tags = (own_tags <> '{}') END)) AS t (holds)
  ), of_all AS (
    SELECT bool_and(holds) AS everything, bool_or(holds) AS one
    FROM (
      VALUES (CASE WHEN ids <> '{}' THEN own_id = ANY (ids) END), (CASE WHEN names <> '{}' THEN own_name = ANY (names) END),
        (own_time <= until)
      UNION ALL SELECT CASE WHEN one_tag_suffices THEN one ELSE everything END FROM of_tags
    ) AS a (holds)
  )
  SELECT coalesce(CASE WHEN one_suffices THEN one ELSE everything END, true) FROM of_all
$$;
