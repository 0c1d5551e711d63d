-- Decides what one transition is measured against: a single-row commit, the least that is durable.
-- Usage: pgbench -n -M prepared -c 1 -T 3 -f commit.pgbench.sql DATABASE
INSERT INTO bench_commit (state_type) VALUES (3);
