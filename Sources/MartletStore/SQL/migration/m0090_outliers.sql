-- Rows in the outer parts of tables that are cut into days: of ids that carry no time, and of days that were over before the
-- database began, as runs from elsewhere have. No day takes them along when it is dropped.

-- Deletes, of so many pages of an outer part from one on, what is older than `keep` days; history only of runs that ended as
-- long ago. Null when the part has no such page. Pages are read once each, in their order, for there is no index by time.
CREATE FUNCTION prune_outliers(parent text, part text, keep integer, page bigint, pages bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  relation regclass := to_regclass(quote_ident(parent || part));
  moment timestamptz := clock_timestamp() - make_interval(days => keep);
  deleted bigint;
BEGIN
  IF relation IS NULL OR page * current_setting('block_size')::bigint >= pg_relation_size(relation) THEN RETURN NULL; END IF;
  EXECUTE format('DELETE FROM %s o WHERE o.ctid >= %L::tid AND o.ctid < %L::tid AND o.time < %L %s', relation,
    format('(%s,0)', page), format('(%s,0)', page + pages), moment,
    CASE WHEN parent = 'run_transition' THEN format('AND NOT EXISTS (SELECT FROM run_state s WHERE s.id = o.run_id
      AND (s.state_type < 6 OR s.transition_time >= %L))', moment) END);
  GET DIAGNOSTICS deleted = ROW_COUNT;
  RETURN deleted;
END $$;
