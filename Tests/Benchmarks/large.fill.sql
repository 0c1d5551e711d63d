-- Decides how a database is filled with :runs runs, a multiple of 300, as the server would have left them: flows of 99
-- tasks each, three history rows a run that ended, a feed row for 1,024 of these, counts. A third of the runs, all of
-- them ended, is yesterday's; the last flows of today still run. Usage, after the migrations, on a database without
-- runs: psql -v runs=10000000 -f large.fill.sql DATABASE
\set ON_ERROR_STOP 1
SET synchronous_commit = off;
CREATE TABLE bench_fill (
  id uuid, number bigint, root uuid, begin timestamptz, stop timestamptz, state smallint, execution uuid);

-- Makes the runs of so many flows, from one on.
CREATE FUNCTION bench_fill(first bigint, flows bigint, total bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  today timestamptz := date_trunc('day', now(), 'UTC');
BEGIN
  TRUNCATE bench_fill;
  INSERT INTO bench_fill
  SELECT CASE WHEN t.i = 0 THEN f.id ELSE (left(uuid_from(f.begin + t.i * interval '1 ms')::text, 14)
      || right(gen_random_uuid()::text, 22))::uuid END,
    f.number * 100 + t.i, f.id, f.begin + t.i * interval '1 ms', f.begin + t.i * interval '1 ms' + interval '2 s',
    CASE WHEN f.number >= total - greatest(1, total / 1000) THEN CASE WHEN t.i = 0 OR t.i > 89 THEN 3 WHEN t.i > 49 THEN 1 ELSE 6 END
      WHEN t.i % 25 = 24 THEN 7 WHEN t.i % 100 = 50 THEN 9 ELSE 6 END,
    f.execution
  FROM (
    SELECT n AS number, begin, gen_random_uuid() AS execution,
      (left(uuid_from(begin)::text, 14) || right(gen_random_uuid()::text, 22))::uuid AS id
    FROM generate_series(first, first + flows - 1) n CROSS JOIN LATERAL (SELECT CASE
      WHEN n < total / 3 THEN today - interval '1 day' + n::float8 / (total / 3) * interval '23 hours'
      ELSE today + (n - total / 3)::float8 / (total - total / 3) * (now() - today) * 0.99 END AS begin) b
  ) f CROSS JOIN generate_series(0, 99) t (i);
  INSERT INTO run (id, namespace, kind, name, definition, parent_id, root_id, created_by, create_time)
  SELECT id, 'default', CASE WHEN id = root THEN 1 ELSE 2 END, 'run-' || number,
    CASE WHEN id = root THEN 'etl-' || number / 100 % 20 ELSE 'task-' || number % 100 END,
    nullif(root, id), root, 'bench', begin
  FROM bench_fill ORDER BY id;
  INSERT INTO run_state (id, namespace, kind, parent_id, root_id, content_digest, state_type, state_name, epoch,
    execution_id, last_seq, revision, attempt, is_presumptive, transition_time, start_time, end_time, running_us)
  SELECT id, 'default', CASE WHEN id = root THEN 1 ELSE 2 END, nullif(root, id), root, gen_random_uuid(), state,
    (ARRAY['Scheduled', 'Pending', 'Running', '', '', 'Completed', 'Failed', 'Cancelled', 'Crashed'])[state],
    least(state - 1, 1), CASE WHEN state > 1 THEN execution END,
    revisions, greatest(revisions, 1), least(state - 1, 1), false, CASE WHEN state > 5 THEN stop ELSE begin END,
    CASE WHEN state > 1 THEN begin END, CASE WHEN state > 5 THEN stop END,
    CASE WHEN state > 5 THEN 2000000 ELSE 0 END
  FROM (SELECT *, CASE state WHEN 1 THEN 0 WHEN 3 THEN 2 ELSE 3 END AS revisions FROM bench_fill) b ORDER BY id;
  INSERT INTO run_transition (run_id, revision, namespace, from_type, from_name, to_type, to_name, message, detail, epoch,
    execution_id, seq, rule, actor, attempt, time)
  SELECT id, r, 'default', CASE r WHEN 2 THEN 2 WHEN 3 THEN 3 END, (ARRAY['', 'Pending', 'Running'])[r],
    CASE r WHEN 1 THEN CASE WHEN state = 1 THEN 1 ELSE 2 END WHEN 2 THEN 3 ELSE state END,
    CASE r WHEN 1 THEN CASE WHEN state = 1 THEN 'Scheduled' ELSE 'Pending' END WHEN 2 THEN 'Running'
      WHEN 3 THEN CASE state WHEN 6 THEN 'Completed' WHEN 7 THEN 'Failed' ELSE 'Crashed' END END,
    CASE WHEN r = 3 AND state = 6 THEN 'All well.' ELSE '' END,
    CASE WHEN r = 3 AND state = 7 THEN '{"type": "ValueError", "error": "no rows"}'::jsonb END,
    least(state - 1, 1), CASE WHEN state > 1 THEN execution END, CASE WHEN state > 1 THEN r END,
    (ARRAY[CASE WHEN state = 1 THEN 'none/create' ELSE 'none/create-claimed' END, 'PENDING/run', 'RUNNING/end'])[r],
    'bench', least(r - 1, 1), CASE WHEN r = 3 THEN stop ELSE begin + r * interval '1 us' END
  FROM bench_fill CROSS JOIN generate_series(1, 3) r
  WHERE r <= CASE state WHEN 1 THEN 1 WHEN 3 THEN 2 ELSE 3 END ORDER BY id, r;
  INSERT INTO feed (time, run_ids, revisions)
  SELECT max(begin) + place * interval '1 us', array_agg(id ORDER BY id, r), array_agg(r::bigint ORDER BY id, r)
  FROM (SELECT id, r, begin, (row_number() OVER (ORDER BY id, r) - 1) / 1024 AS place
    FROM bench_fill CROSS JOIN generate_series(1, 3) r
    WHERE r <= CASE state WHEN 1 THEN 1 WHEN 3 THEN 2 ELSE 3 END) h
  GROUP BY place;
  INSERT INTO run_count AS c (namespace, kind, state_type, runs)
  SELECT 'default', CASE WHEN id = root THEN 1 ELSE 2 END, state, count(*) FROM bench_fill GROUP BY 2, 3
  ON CONFLICT (namespace, kind, state_type) DO UPDATE SET runs = c.runs + excluded.runs;
END $$;

INSERT INTO flow (id, namespace, name, created_by, create_time, update_time)
SELECT gen_random_uuid(), 'default', 'etl-' || n, 'bench', now(), now() FROM generate_series(0, 19) n
ON CONFLICT DO NOTHING;
-- A part a transaction.
\o /dev/null
SELECT format('SELECT bench_fill(%s, least(500, %s - %s), %s)', f, :runs / 100, f, :runs / 100)
FROM generate_series(0, :runs / 100 - 1, 500) f \gexec
\o
DROP FUNCTION bench_fill;
DROP TABLE bench_fill;
VACUUM (ANALYZE) run, run_state, run_transition, feed, run_count;
