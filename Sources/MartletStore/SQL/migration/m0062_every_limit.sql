-- One space of limits: those of pools, queues and deployments beside the ones that leases hold slots of.

CREATE VIEW every_limit AS
SELECT l.id, l.namespace, l.scope::smallint AS scope, l.name, l.slots, l.decay, l.enabled, l.description, l.created_by, l.create_time,
  l.update_time, l.etag
FROM slot_limit l
UNION ALL
SELECT d.id, d.namespace, 3::smallint, d.flow || '/' || d.name, d.concurrency_limit::integer, 0::float8, true, d.description, d.created_by,
  d.create_time, d.update_time, d.etag
FROM deployment d WHERE d.concurrency_limit IS NOT NULL
UNION ALL
SELECT p.id, p.namespace, 4::smallint, p.name, p.concurrency_limit::integer, 0::float8, true, p.description, p.created_by, p.create_time,
  p.update_time, p.etag
FROM pool p WHERE p.concurrency_limit IS NOT NULL
UNION ALL
SELECT q.id, q.namespace, 5::smallint, p.name || '/' || q.name, q.concurrency_limit::integer, 0::float8, true, q.description, p.created_by,
  q.create_time, q.update_time, q.etag
FROM queue q JOIN pool p ON p.id = q.pool_id WHERE q.concurrency_limit IS NOT NULL;

-- How full a limit is. Runs with workers take the slots of pools, queues and deployments.
CREATE FUNCTION every_limit_use(scope smallint, id uuid)
RETURNS TABLE (held bigint, draining bigint, drained_by timestamptz, holders bigint, waiters bigint)
LANGUAGE sql STABLE AS $$
  SELECT u.held, u.draining, u.drained_by, u.holders, u.waiters FROM limit_usage u WHERE $1 <= 2 AND u.id = $2
  UNION ALL
  SELECT w.taken, 0, NULL, w.taken, w.waiting FROM (
    SELECT count(*) FILTER (WHERE i.standing = 2 OR i.taken_until IS NOT NULL) AS taken,
      count(*) FILTER (WHERE i.standing = 1 AND i.gate = 0 AND i.due <= statement_timestamp()
        AND i.taken_until IS NULL) AS waiting
    FROM work_item i WHERE i.deployment_id = $2
  ) w WHERE $1 = 3
  UNION ALL
  SELECT p.taken, 0, NULL, p.taken, p.waiting FROM pool_use($2) p WHERE $1 = 4
  UNION ALL
  SELECT w.taken, 0, NULL, w.taken, w.waiting FROM (
    SELECT
      (SELECT count(*) FROM queue q JOIN work_item i ON i.pool_id = q.pool_id AND i.queue_id = q.id
        WHERE q.id = $2 AND (i.standing = 2 OR i.taken_until IS NOT NULL)) AS taken,
      (SELECT count(*) FROM work_item i WHERE i.queue_id = $2 AND i.standing = 1 AND i.gate = 0
        AND i.due <= statement_timestamp()) AS waiting
  ) w WHERE $1 = 5
$$;
