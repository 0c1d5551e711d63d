-- Decides what transitions over the wire are measured against: the statements of the group commit, word for word out of
-- Sources/MartletStore/SQL (statements.py puts them where it says `use`), run by pgbench with bound parameters.
-- Each run of the script takes :size distinct runs of one session through their lives: created and
-- claimed, RUNNING, COMPLETED, each step one transaction: 3 x :size transitions.
-- Differences, each forced by pgbench: parameters are bound as text, not binary; BEGIN and the lock
-- are two round trips instead of one; what the lock reads is folded to one row, so that it costs no
-- traffic; the ids are made by one more statement. Nothing is decided: the values are constant.
-- Usage: psql -v size=1024 -f transitions.setup.sql DATABASE
--        statements.py transitions.pgbench.sql >EXPANDED
--        PGOPTIONS='-c plan_cache_mode=force_generic_plan' \
--          pgbench -n -M prepared -D size=1024 -D loaded=0 -c 2 -T 10 -f EXPANDED DATABASE
\if :loaded = 0
SELECT writes, namespaces, kinds, nulls, texts, names, objects, lists, pending, running, completed,
  pendings, runnings, completeds, zeros, ones, twos, threes, attempts0, attempts1, falses,
  rules, actors, executions, sessions
FROM bench_constant WHERE size = :size \gset
\set loaded 1
\endif
SELECT array_agg(id ORDER BY id) AS ids FROM (
  SELECT (left(uuid_from(clock_timestamp())::text, 14) || right(gen_random_uuid()::text, 22))::uuid AS id
  FROM generate_series(1, :size::int)) n \gset

BEGIN;
SELECT max(now) AS now, array_fill(max(now), ARRAY[:size::int]) AS times, count(id) AS found,
  sum(coalesce(revision, 0) + coalesce(epoch, 0) + coalesce(last_seq, 0) + coalesce(state_type, 0)) AS seen
FROM (
use lock_runs :ids | :writes
) l (id, namespace, kind, parent_id, root_id, content_digest, state_type, state_name, epoch, execution_id, session_id,
  last_seq, revision, attempt, start_time, end_time, transition_time, running_us, is_presumptive, due_time, policy, tally, now) \gset
\startpipeline
use insert_runs :ids | :namespaces | :kinds | :names | :names | :texts | :nulls | :ids | :nulls | :nulls | :nulls |
  :objects | :lists | :nulls | :nulls | :actors | :texts | :times;
use insert_run_states :ids | :namespaces | :kinds | :nulls | :ids | :ids |
  :pending | :pendings | :ones | :executions | :sessions | :ones | :ones | :attempts0 | :nulls | :nulls |
  :times | :zeros | :falses | :nulls | :nulls | :nulls;
use upsert_claims :ids | :namespaces | :sessions | :ones;
use record_transitions :ids | :ones | :namespaces | :nulls | :texts | :pending | :pendings |
  :texts | :nulls | :ones | :executions | :ones | :nulls | :rules | :actors | :attempts0 | :times | :nulls |
  ARRAY['default'] | ARRAY[2] | ARRAY[NULL] | ARRAY[2] | ARRAY[:size::int] | :now | NULL | :nulls;
COMMIT;
\endpipeline

BEGIN;
SELECT max(now) AS now, array_fill(max(now), ARRAY[:size::int]) AS times, count(id) AS found,
  sum(coalesce(revision, 0) + coalesce(epoch, 0) + coalesce(last_seq, 0) + coalesce(state_type, 0)) AS seen
FROM (
use lock_runs :ids | :writes
) l (id, namespace, kind, parent_id, root_id, content_digest, state_type, state_name, epoch, execution_id, session_id,
  last_seq, revision, attempt, start_time, end_time, transition_time, running_us, is_presumptive, due_time, policy, tally, now) \gset
SELECT count(id) AS parents FROM (
use read_parents :ids
) p \gset
\startpipeline
use update_run_states :ids | :ones | :ones |
  :running | :runnings | :ones | :executions | :sessions | :twos | :twos | :attempts1 | :times | :nulls |
  :times | :zeros | :falses | :nulls | :nulls | :zeros;
use record_transitions :ids | :twos | :namespaces | :pending | :pendings | :running | :runnings |
  :texts | :nulls | :ones | :executions | :twos | :nulls | :rules | :actors | :attempts1 | :times | :nulls |
  ARRAY['default'] | ARRAY[2] | ARRAY[2] | ARRAY[3] | ARRAY[:size::int] | :now | NULL | :nulls;
COMMIT;
\endpipeline

BEGIN;
SELECT max(now) AS now, array_fill(max(now), ARRAY[:size::int]) AS times, count(id) AS found,
  sum(coalesce(revision, 0) + coalesce(epoch, 0) + coalesce(last_seq, 0) + coalesce(state_type, 0)) AS seen
FROM (
use lock_runs :ids | :writes
) l (id, namespace, kind, parent_id, root_id, content_digest, state_type, state_name, epoch, execution_id, session_id,
  last_seq, revision, attempt, start_time, end_time, transition_time, running_us, is_presumptive, due_time, policy, tally, now) \gset
\startpipeline
use update_run_states :ids | :twos | :twos |
  :completed | :completeds | :ones | :executions | :sessions | :threes | :threes | :attempts1 | :times | :times |
  :times | :zeros | :falses | :nulls | :nulls | :zeros;
use delete_claims :ids | :sessions;
use record_transitions :ids | :threes | :namespaces | :running | :runnings | :completed | :completeds |
  :texts | :nulls | :ones | :executions | :threes | :nulls | :rules | :actors | :attempts1 | :times | :nulls |
  ARRAY['default'] | ARRAY[2] | ARRAY[3] | ARRAY[6] | ARRAY[:size::int] | :now | NULL | :nulls;
COMMIT;
\endpipeline
