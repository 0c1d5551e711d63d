-- How runs that are ready are handed to workers. The first statements are one transaction, which locks the pool: limits
-- hold exactly, whatever the number of replicas. No row of a run is locked in it.

-- name: lock_dispatch
-- Locks a pool for one round.
SELECT concurrency_limit, is_paused FROM pool WHERE id = $1::uuid FOR NO KEY UPDATE

-- name: move_strays
-- Runs of the locked pool that wait in a queue that is gone have the default queue.
UPDATE work_item w SET queue_id = d.id
FROM (SELECT i.run_id FROM gone_queue g JOIN work_item i ON i.queue_id = g.id
    WHERE g.pool_id = $1::uuid AND i.standing = 1 AND i.gate = 0 FOR NO KEY UPDATE OF i SKIP LOCKED) s, queue d
WHERE w.run_id = s.run_id AND d.pool_id = $1::uuid AND d.name = 'default'

-- name: release_lapsed_holds
-- Gives back runs that were taken and not offered in time. Until somebody does this they count as taken, and an offer that
-- comes after it finds its hold gone: so a replica that was slow and another that did not wait never exceed a limit together.
UPDATE work_item SET worker_id = NULL, taken_until = NULL, offer_until = NULL
WHERE run_id = ANY (ARRAY(
  SELECT run_id FROM work_item WHERE offer_until < statement_timestamp() AND standing = 1
  ORDER BY offer_until LIMIT 1000 FOR NO KEY UPDATE SKIP LOCKED))

-- name: read_dispatch_queues
-- The queues of the locked pool, and how full each is; that is counted only where the pool or the queue has a limit.
SELECT q.id, q.name, q.priority, q.concurrency_limit, q.is_paused, coalesce(t.taken, 0)
FROM queue q JOIN pool p ON p.id = q.pool_id LEFT JOIN LATERAL (
  SELECT count(*) AS taken FROM work_item w
  WHERE (p.concurrency_limit IS NOT NULL OR q.concurrency_limit IS NOT NULL)
    AND w.pool_id = $1::uuid AND w.queue_id = q.id AND (w.standing = 2 OR w.taken_until IS NOT NULL)
) t ON true
WHERE q.pool_id = $1::uuid

-- name: lock_limited_deployments
-- Locks those of some deployments that have a limit, for their runs may stand in several pools, and how full each is must
-- hold until this round is over. One that others hold is passed over: nobody waits with a pool locked.
SELECT id FROM deployment WHERE id = ANY ($1::uuid[]) AND concurrency_limit IS NOT NULL ORDER BY id
FOR NO KEY UPDATE SKIP LOCKED

-- name: read_deployment_room
-- How many more runs of some locked deployments may be with workers.
SELECT d.id, d.concurrency_limit - (SELECT count(*) FROM work_item t WHERE t.deployment_id = d.id
  AND (t.standing = 2 OR t.taken_until IS NOT NULL))
FROM deployment d WHERE d.id = ANY ($1::uuid[]) AND d.concurrency_limit IS NOT NULL

-- name: mark_offers
-- Takes runs for the time that offering them may take, unless their worker leaves or came again elsewhere.
UPDATE work_item w SET worker_id = a.worker_id, taken_until = n.now + $4::bigint * interval '1 microsecond',
  offer_until = n.now + $5::bigint * interval '1 microsecond'
FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS a (run_id, worker_id, seen)
JOIN worker k ON k.id = a.worker_id AND k.seen_time = a.seen AND NOT k.is_draining,
  clock_timestamp() AS n (now)
WHERE w.run_id = a.run_id AND w.standing = 1
RETURNING w.run_id, w.offer_until, w.namespace, w.taken_until

-- name: read_claim_limits
-- Where a run waits that somebody would claim, when a limit concerns it.
SELECT w.pool_id, w.deployment_id FROM work_item w JOIN pool p ON p.id = w.pool_id LEFT JOIN queue q ON q.id = w.queue_id
LEFT JOIN deployment d ON d.id = w.deployment_id
WHERE w.run_id = $1::uuid AND w.namespace = $2::text AND w.standing = 1
  AND (p.concurrency_limit IS NOT NULL OR q.concurrency_limit IS NOT NULL OR d.concurrency_limit IS NOT NULL)

-- name: lock_claimed_deployment
-- Locks a deployment, whose runs may stand in several pools, until a claim is decided.
SELECT id FROM deployment WHERE id = $1::uuid FOR NO KEY UPDATE

-- name: hold_claim
-- Takes a run of a locked pool for who would claim it, for the time that this may take, where there is room.
UPDATE work_item w SET taken_until = n.now + $2::bigint * interval '1 microsecond',
  offer_until = n.now + $2::bigint * interval '1 microsecond'
FROM clock_timestamp() AS n (now)
WHERE w.run_id = $1::uuid AND w.standing = 1 AND w.taken_until IS NULL
  AND NOT EXISTS (SELECT FROM pool p WHERE p.id = w.pool_id
    AND p.concurrency_limit <= (SELECT count(*) FROM work_item t
      WHERE t.pool_id = w.pool_id AND (t.standing = 2 OR t.taken_until IS NOT NULL)))
  AND NOT EXISTS (SELECT FROM queue q WHERE q.id = w.queue_id
    AND q.concurrency_limit <= (SELECT count(*) FROM work_item t
      WHERE t.pool_id = w.pool_id AND t.queue_id = w.queue_id AND (t.standing = 2 OR t.taken_until IS NOT NULL)))
  AND NOT EXISTS (SELECT FROM deployment d WHERE d.id = w.deployment_id
    AND d.concurrency_limit <= (SELECT count(*) FROM work_item t
      WHERE t.deployment_id = w.deployment_id AND (t.standing = 2 OR t.taken_until IS NOT NULL)))
RETURNING w.taken_until

-- name: next_ready_item
-- How long until the next run of some queues is ready; not above 0 when one is and nobody took it.
SELECT (extract(epoch FROM min(i.due) - clock_timestamp()) * 1000000)::bigint
FROM unnest($1::uuid[]) AS q (id) CROSS JOIN LATERAL (
  SELECT w.due FROM work_item w WHERE w.queue_id = q.id AND w.standing = 1 AND w.gate = 0 AND w.taken_until IS NULL
  ORDER BY w.due LIMIT 1
) i

-- name: release_offers
-- Gives back runs that were taken and could not be offered, unless somebody else took them since.
UPDATE work_item w SET worker_id = NULL, taken_until = NULL, offer_until = NULL
FROM (SELECT i.run_id FROM work_item i JOIN unnest($1::uuid[], $2::timestamptz[]) AS h (run_id, hold)
    ON h.run_id = i.run_id AND h.hold = i.taken_until
    WHERE i.run_id = ANY ($1::uuid[]) AND i.standing = 1 ORDER BY i.run_id FOR NO KEY UPDATE OF i) i
WHERE w.run_id = i.run_id

-- name: read_launches
-- What runs are started by: the type and the template of their pool, their version of the deployment, their own values.
SELECT d.run_id, p.type, p.template, v.spec, d.job_variables
FROM run_deployment d JOIN pool p ON p.id = d.pool_id
LEFT JOIN deployment_version v ON v.deployment_id = d.deployment_id AND v.number = d.version
WHERE d.run_id = ANY ($1::uuid[])

-- name: take_lapsed_offers
-- Takes offers that nobody accepted in time for one replica to withdraw.
UPDATE work_item SET offer_until = clock_timestamp() + interval '15 seconds'
WHERE run_id = ANY (ARRAY(
  SELECT run_id FROM work_item WHERE offer_until < statement_timestamp() AND standing = 2
  ORDER BY offer_until LIMIT $1::bigint FOR NO KEY UPDATE SKIP LOCKED))
RETURNING run_id, epoch

-- name: find_blocked_items
-- Runs of a pool that are ready while their deployment, of this pool or another one, is full, and that are not called so
-- yet or are to be cancelled. How full a deployment is, is counted only where there is such a run.
WITH asking AS MATERIALIZED (
  SELECT d.id, d.concurrency_limit, d.collision_strategy FROM deployment d
  WHERE d.concurrency_limit IS NOT NULL AND NOT d.is_paused AND (
    EXISTS (SELECT FROM work_item w WHERE w.deployment_id = d.id AND NOT w.is_called AND w.pool_id = $1::uuid
      AND w.standing = 1 AND w.gate = 0 AND w.due <= statement_timestamp() AND w.taken_until IS NULL OFFSET 0)
    OR d.collision_strategy = 2 AND EXISTS (SELECT FROM work_item w WHERE w.deployment_id = d.id AND w.is_called
      AND w.pool_id = $1::uuid AND w.standing = 1 AND w.taken_until IS NULL OFFSET 0))
), shut AS MATERIALIZED (
  SELECT a.id, a.collision_strategy FROM asking a
  WHERE a.concurrency_limit <= (SELECT count(*) FROM work_item t WHERE t.deployment_id = a.id
    AND (t.standing = 2 OR t.taken_until IS NOT NULL))
)
SELECT i.run_id, i.namespace, s.collision_strategy
FROM shut s CROSS JOIN LATERAL (
  SELECT w.run_id, w.namespace FROM work_item w
  WHERE w.deployment_id = s.id AND w.is_called IN (false, s.collision_strategy = 2) AND w.pool_id = $1::uuid
    AND w.standing = 1 AND w.gate = 0 AND w.due <= statement_timestamp() AND w.taken_until IS NULL
  LIMIT $2::bigint
) i
ORDER BY i.run_id LIMIT $2::bigint
