-- History, logs and the feed are append-only tables cut into days. There is no default partition:
-- one below the first day and one above the last take what carries no usable time (UUIDv4 ids,
-- clocks far off), and days are carved from the upper one ahead of need.

CREATE TABLE day_partition (
  parent  text COLLATE "C" NOT NULL,
  day     date NOT NULL,
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

-- Drops the oldest day unless it holds what is younger than `keep` days, or history of runs that
-- live. The part below then reaches up to the next day, so that there is never a gap.
CREATE FUNCTION drop_oldest_day(parent text, keep integer) RETURNS date LANGUAGE plpgsql AS $$
DECLARE
  key regtype := partition_key(parent);
  oldest date;
  part text;
  needed boolean;
BEGIN
  SELECT min(d.day) INTO oldest FROM day_partition d WHERE d.parent = drop_oldest_day.parent
    AND to_regclass(quote_ident(d.parent || to_char(d.day, '_YYYYMMDD'))) IS NOT NULL;
  IF oldest IS NULL OR oldest >= (clock_timestamp() AT TIME ZONE 'UTC')::date - keep THEN
    RETURN NULL;
  END IF;
  part := parent || to_char(oldest, '_YYYYMMDD');
  EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE time > clock_timestamp() - make_interval(days => %L))',
    part, keep) INTO needed;
  IF NOT needed AND parent = 'run_transition' THEN
    SELECT EXISTS (SELECT FROM run_state s WHERE s.state_type < 6
      AND s.id >= day_bound('uuid', oldest)::uuid AND s.id < day_bound('uuid', oldest + 1)::uuid) INTO needed;
  END IF;
  IF needed THEN RETURN NULL; END IF;
  EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent);
  IF parent = 'feed' THEN
    EXECUTE format('UPDATE feed_floor SET xid = greatest(xid, (SELECT coalesce(max(xid), 0) FROM %I))', part);
  END IF;
  EXECUTE format('DROP TABLE %I', part);
  EXECUTE format('ALTER TABLE %I DETACH PARTITION %I', parent, parent || '_below');
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%L)',
    parent, parent || '_below', day_bound(key, oldest + 1));
  DELETE FROM day_partition d WHERE d.parent = drop_oldest_day.parent AND d.day <= oldest;
  RETURN oldest;
END $$;
