-- Decides how a database of Prefect's server is filled with :flow_runs flow runs that have ended, and a task run for each
-- second of them: three states each, over thirty days. Usage: psql -v flow_runs=200000 -f fill.sql DATABASE
\set ON_ERROR_STOP 1
SET synchronous_commit = off;
-- A run and its state name each other: neither is checked.
SET session_replication_role = replica;
SET maintenance_work_mem = '512MB';
-- Indexes are made when the rows are there.
CREATE TABLE bench_index AS
SELECT x.indexrelid::regclass::text AS name, pg_get_indexdef(x.indexrelid) AS text
FROM pg_index x
WHERE x.indrelid IN ('flow_run'::regclass, 'flow_run_state'::regclass, 'task_run'::regclass, 'task_run_state'::regclass)
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = x.indexrelid);
DO $$
DECLARE one text;
BEGIN
  FOR one IN SELECT name FROM bench_index LOOP EXECUTE 'DROP INDEX ' || one; END LOOP;
END $$;
CREATE FUNCTION bench_id(at timestamptz) RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || substr(r, 14, 3) || '8' || substr(r, 18))::uuid
  FROM (SELECT replace(gen_random_uuid()::text, '-', '') AS r) n
$$;
CREATE TABLE bench_fill AS
SELECT n, bench_id(begin) AS id, bench_id(begin) AS task_id, begin,
  ARRAY[bench_id(begin), bench_id(begin), bench_id(begin)] AS states,
  ARRAY[bench_id(begin), bench_id(begin), bench_id(begin)] AS task_states
FROM generate_series(1, :flow_runs) n
CROSS JOIN LATERAL (SELECT now() - interval '30 days' + n::float8 / :flow_runs * interval '29 days' AS begin) b;
INSERT INTO flow (id, name) SELECT gen_random_uuid(), 'bench-fill-' || n FROM generate_series(0, 19) n;
INSERT INTO flow_run (id, created, updated, name, flow_id, parameters, tags, state_id, state_type, state_name, state_timestamp,
  run_count, expected_start_time, start_time, end_time, total_run_time)
SELECT b.id, b.begin, b.begin, 'run-' || b.n, f.id, '{"n": 1, "name": "north"}', '["nightly"]', b.states[3], 'COMPLETED',
  'Completed', b.begin + interval '5 s', 1, b.begin, b.begin + interval '1 s', b.begin + interval '5 s', interval '4 s'
FROM bench_fill b JOIN flow f ON f.name = 'bench-fill-' || b.n % 20;
INSERT INTO flow_run_state (id, created, updated, flow_run_id, type, timestamp, name, message, state_details)
SELECT b.states[s], b.begin, b.begin, b.id, (ARRAY['PENDING', 'RUNNING', 'COMPLETED'])[s]::state_type,
  b.begin + (ARRAY[0, 1, 5])[s] * interval '1 s', (ARRAY['Pending', 'Running', 'Completed'])[s], '', '{}'
FROM bench_fill b CROSS JOIN generate_series(1, 3) s;
INSERT INTO task_run (id, created, updated, name, flow_run_id, task_key, dynamic_key, state_id, state_type, state_name,
  state_timestamp, run_count, expected_start_time, start_time, end_time, total_run_time)
SELECT b.task_id, b.begin, b.begin, 'task-0', b.id, 'task-1a2b3c4d', '0', b.task_states[3], 'COMPLETED', 'Completed',
  b.begin + interval '4 s', 1, b.begin + interval '2 s', b.begin + interval '2 s', b.begin + interval '4 s', interval '2 s'
FROM bench_fill b WHERE b.n % 2 = 0;
INSERT INTO task_run_state (id, created, updated, task_run_id, type, timestamp, name, message, state_details)
SELECT b.task_states[s], b.begin, b.begin, b.task_id, (ARRAY['PENDING', 'RUNNING', 'COMPLETED'])[s]::state_type,
  b.begin + (ARRAY[1, 2, 4])[s] * interval '1 s', (ARRAY['Pending', 'Running', 'Completed'])[s], '', '{}'
FROM bench_fill b CROSS JOIN generate_series(1, 3) s WHERE b.n % 2 = 0;
DO $$
DECLARE one text;
BEGIN
  FOR one IN SELECT text FROM bench_index LOOP EXECUTE one; END LOOP;
END $$;
DROP TABLE bench_fill, bench_index;
DROP FUNCTION bench_id;
VACUUM (ANALYZE) flow_run, flow_run_state, task_run, task_run_state;
