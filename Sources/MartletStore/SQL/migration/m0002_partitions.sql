-- History, logs and the feed are append-only tables cut into days. There is no default partition:
-- one below the first day and one above the last take what carries no usable time (UUIDv4 ids,
-- clocks far off), and days are carved from the upper one ahead of need.

CREATE TABLE day_partition (
  parent  text COLLATE "C" NOT NULL,
  day     date NOT NULL,
  -- When it was seen that no run of that day lives; null while nobody has looked, or one did.
  calm_time timestamptz,
  PRIMARY KEY (parent, day)
);

-- The smallest UUIDv7 of a moment: 48 bits of milliseconds since 1970, then zeros.
CREATE FUNCTION uuid_from(moment timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (lpad(to_hex(floor(extract(epoch FROM moment) * 1000)::bigint), 12, '0')
    || repeat('0', 20))::uuid
$$;

-- A partition bound: a day as the key type of its parent.
CREATE FUNCTION day_bound(key regtype, bound date) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN key = 'uuid'::regtype THEN uuid_from(bound::timestamp AT TIME ZONE 'UTC')::text
    ELSE (bound::timestamp AT TIME ZONE 'UTC')::text END
$$;

CREATE FUNCTION partition_key(parent text) RETURNS regtype LANGUAGE sql STABLE AS $$
  SELECT a.atttypid::regtype FROM pg_partitioned_table p
    JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
   WHERE p.partrelid = to_regclass(quote_ident(parent))
$$;

-- Where the upper outliers of a table begin for good: time-ordered ids end there, random ones do not.
CREATE FUNCTION last_bound(key regtype) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN key = 'uuid'::regtype THEN quote_literal(day_bound(key, '2100-01-01'))
    ELSE 'MAXVALUE' END
$$;

-- Begins a table's partitions at a day: everything below, everything above, nothing between yet.
CREATE FUNCTION begin_partitions(parent text, first date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  key regtype := partition_key(parent);
BEGIN
  EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (MINVALUE) TO (%L)',
    parent || '_below', parent, day_bound(key, first));
  EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%s)',
    parent || '_ahead', parent, day_bound(key, first), last_bound(key));
  IF key = 'uuid'::regtype THEN
    EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%s) TO (MAXVALUE)',
      parent || '_above', parent, last_bound(key));
  END IF;
  INSERT INTO day_partition VALUES (parent, first - 1);
END $$;

-- Carves the days up to and including `through` from the part ahead, rows there moving along.
-- Takes the table exclusively for a moment: call it with a short lock_timeout and try again.
CREATE FUNCTION extend_partitions(parent text, through date) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
  key regtype := partition_key(parent);
  field text;
  last date;
  made integer := 0;
BEGIN
  SELECT max(day) INTO last FROM day_partition d WHERE d.parent = extend_partitions.parent;
  IF last >= through THEN RETURN 0; END IF;
  EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent);
  SELECT max(day) INTO last FROM day_partition d WHERE d.parent = extend_partitions.parent;
  IF last >= through THEN RETURN 0; END IF;
  SELECT a.attname INTO field FROM pg_partitioned_table p
    JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
   WHERE p.partrelid = to_regclass(quote_ident(parent));
  EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent, parent || '_ahead');
  WHILE last < through LOOP
    last := last + 1;
    EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
      parent || to_char(last, '_YYYYMMDD'), parent, day_bound(key, last), day_bound(key, last + 1));
    INSERT INTO day_partition VALUES (parent, last);
    made := made + 1;
  END LOOP;
  EXECUTE format('WITH moved AS (DELETE FROM %I WHERE %I < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
    parent || '_ahead', field, day_bound(key, last + 1), parent);
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%s)',
    parent, parent || '_ahead', day_bound(key, last + 1), last_bound(key));
  RETURN made;
END $$;

-- The oldest day of a table that is older than `keep` days; null when there is none.
CREATE FUNCTION oldest_day(parent text, keep integer) RETURNS date LANGUAGE sql STABLE AS $$
  SELECT min(d.day) FROM day_partition d WHERE d.parent = oldest_day.parent
    AND to_regclass(quote_ident(d.parent || to_char(d.day, '_YYYYMMDD'))) IS NOT NULL
  HAVING min(d.day) < (clock_timestamp() AT TIME ZONE 'UTC')::date - keep
$$;

-- Whether a day of a table has rows of a later time.
CREATE FUNCTION has_later_rows(parent text, day date, moment timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  found_any boolean;
BEGIN
  EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE time > %L)', parent || to_char(day, '_YYYYMMDD'), moment)
    INTO found_any;
  RETURN found_any;
END $$;

-- Notes that no run of the oldest day of history lives, if it is so. That takes seconds for millions of runs, and no lock. A
-- run that begins again writes history of that day: the note is good while there is none since, but for a minute in which
-- such a row may have been on its way.
CREATE FUNCTION calm_oldest_day(parent text, keep integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  oldest date := oldest_day(parent, keep);
  moment timestamptz;
BEGIN
  IF oldest IS NULL OR parent <> 'run_transition' THEN RETURN; END IF;
  SELECT d.calm_time INTO moment FROM day_partition d WHERE d.parent = calm_oldest_day.parent AND d.day = oldest;
  IF moment IS NOT NULL AND NOT has_later_rows(parent, oldest, moment - interval '1 minute') THEN RETURN; END IF;
  moment := clock_timestamp();
  UPDATE day_partition d SET calm_time = CASE WHEN NOT EXISTS (SELECT FROM run_state s WHERE s.state_type < 6
      AND s.id >= day_bound('uuid', oldest)::uuid AND s.id < day_bound('uuid', oldest + 1)::uuid) THEN moment END
  WHERE d.parent = calm_oldest_day.parent AND d.day = oldest;
END $$;

-- Drops the oldest day unless it holds what is younger than `keep` days, or history of runs that
-- live, which calm_oldest_day looks for. The part below then reaches up to the next day, so that there is never a gap.
CREATE FUNCTION drop_oldest_day(parent text, keep integer) RETURNS date LANGUAGE plpgsql AS $$
DECLARE
  key regtype := partition_key(parent);
  oldest date := oldest_day(parent, keep);
  limit_time timestamptz := clock_timestamp() - make_interval(days => keep);
  calm timestamptz;
BEGIN
  IF oldest IS NULL THEN RETURN NULL; END IF;
  IF parent = 'run_transition' THEN
    SELECT d.calm_time INTO calm FROM day_partition d WHERE d.parent = drop_oldest_day.parent AND d.day = oldest;
    IF calm IS NULL THEN RETURN NULL; END IF;
    limit_time := least(limit_time, calm - interval '1 minute');
  END IF;
  -- Where the time is what the table is cut by, the day says it.
  IF key = 'uuid'::regtype AND has_later_rows(parent, oldest, limit_time) THEN RETURN NULL; END IF;
  EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent);
  IF parent = 'feed' THEN
    EXECUTE format('UPDATE feed_floor SET xid = greatest(xid, (SELECT coalesce(max(xid), 0) FROM %I))',
      parent || to_char(oldest, '_YYYYMMDD'));
  END IF;
  EXECUTE format('DROP TABLE %I', parent || to_char(oldest, '_YYYYMMDD'));
  EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent, parent || '_below');
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%L)',
    parent, parent || '_below', day_bound(key, oldest + 1));
  DELETE FROM day_partition d WHERE d.parent = drop_oldest_day.parent AND d.day <= oldest;
  RETURN oldest;
END $$;
