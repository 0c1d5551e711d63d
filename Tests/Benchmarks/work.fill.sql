-- Decides how a database gets :schedules deployments with a schedule each, as the server would have left them: copies of
-- the one deployment `bench/pattern`, which it made and which must have a schedule of `0 * * * *`; each copy fires at
-- another minute of the hour. No scheduler looks at them until their wake_time is set.
-- Usage: psql -v schedules=100000 -f work.fill.sql DATABASE
\set ON_ERROR_STOP 1
SET synchronous_commit = off;
CREATE TEMPORARY TABLE copy AS
SELECT gen_random_uuid() AS id, n AS number FROM generate_series(1, :schedules) n;
INSERT INTO deployment (id, namespace, flow, name, description, labels, is_paused, version, last_version, pool_id,
  queue_id, tags, concurrency_limit, collision_strategy, created_by, updated_by, create_time, update_time)
SELECT c.id, d.namespace, d.flow, 'copy-' || c.number, d.description, d.labels, d.is_paused, d.version, d.last_version,
  d.pool_id, d.queue_id, d.tags, d.concurrency_limit, d.collision_strategy, d.created_by, d.updated_by, d.create_time,
  d.update_time
FROM copy c, deployment d WHERE d.flow = 'bench' AND d.name = 'pattern';
INSERT INTO deployment_version (deployment_id, number, spec, created_by, create_time)
SELECT c.id, v.number, v.spec, v.created_by, v.create_time
FROM copy c, deployment d JOIN deployment_version v ON v.deployment_id = d.id
WHERE d.flow = 'bench' AND d.name = 'pattern';
INSERT INTO schedule (id, namespace, deployment_id, slug, spec, made_until, fired_until, since, create_time)
SELECT gen_random_uuid(), s.namespace, c.id, s.slug, replace(s.spec, '"0 * * * *"', '"' || c.number % 60 || ' * * * *"'),
  now(), now(), now(), now()
FROM copy c, deployment d JOIN schedule s ON s.deployment_id = d.id WHERE d.flow = 'bench' AND d.name = 'pattern';
VACUUM (ANALYZE) deployment, deployment_version, schedule;
