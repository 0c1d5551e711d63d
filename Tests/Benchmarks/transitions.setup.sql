-- Sets up what transitions.pgbench.sql binds: constant arrays of one length, and the session that
-- holds the runs. Usage: psql -v size=1024 -f transitions.setup.sql DATABASE (after the migrations)
CREATE TABLE IF NOT EXISTS bench_constant (
  size int PRIMARY KEY, writes boolean[], namespaces text[], kinds smallint[], nulls text,
  texts text[], names text[], objects jsonb[], lists text[], pending smallint[],
  running smallint[], completed smallint[], pendings text[], runnings text[], completeds text[],
  zeros bigint[], ones bigint[], twos bigint[], threes bigint[], attempts0 int[], attempts1 int[],
  falses boolean[], rules text[], actors text[], executions uuid[], sessions uuid[]);
WITH s AS (
  INSERT INTO session (id, namespace, holder, actor, ttl_us, open_time, beat_time, lease_until)
  SELECT gen_random_uuid(), 'default', 'pgbench', 'bench', 3600000000, now, now, now + interval '1h'
  FROM now() AS now RETURNING id)
INSERT INTO bench_constant
SELECT n, array_fill(true, d), array_fill('default'::text, d), array_fill(2::smallint, d),
  array_fill(NULL::text, d)::text, array_fill(''::text, d), array_fill('extract'::text, d),
  array_fill('{}'::jsonb, d), array_fill('{}'::text, d), array_fill(2::smallint, d),
  array_fill(3::smallint, d), array_fill(6::smallint, d), array_fill('Pending'::text, d),
  array_fill('Running'::text, d), array_fill('Completed'::text, d), array_fill(0::bigint, d),
  array_fill(1::bigint, d), array_fill(2::bigint, d), array_fill(3::bigint, d),
  array_fill(0, d), array_fill(1, d), array_fill(false, d),
  array_fill('PENDING/run'::text, d), array_fill('bench'::text, d),
  array_fill(gen_random_uuid(), d), array_fill(s.id, d)
FROM (SELECT :size AS n, ARRAY[:size] AS d) d, s
ON CONFLICT (size) DO NOTHING;
