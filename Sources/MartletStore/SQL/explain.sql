-- What explains where a run is. The statements run in one snapshot.

-- name: explain_owner
-- Who brought a run into its state, why it is not the reported one, the session of its owner, and the time.
SELECT h.actor, h.reason, e.id, e.holder, e.lease_until, clock_timestamp()
FROM run_state s
LEFT JOIN run_transition h ON h.run_id = s.id AND h.revision = s.revision
LEFT JOIN session e ON e.id = s.session_id
WHERE s.id = $1::uuid AND s.namespace = $2::text

-- name: explain_limits
-- Limits whose slots a run holds or waits for, in the order of the lines: how full each is, what the run holds or
-- wants, its place unless it holds, when it is served if only time must pass, and those who have held slots longest.
WITH mine AS MATERIALIZED (
  (SELECT n.limit_id, n.slots, NULL::bigint AS number, NULL::timestamptz AS due
    FROM limit_lease e JOIN limit_hold n ON n.lease_id = e.id
    WHERE e.run_id = $1::uuid AND e.namespace = $2::text AND e.end_time IS NULL LIMIT $3::bigint)
  UNION ALL
  (SELECT n.limit_id, n.slots, n.number, w.due FROM limit_waiter w JOIN limit_want n ON n.lease_id = w.id
    WHERE w.run_id = $1::uuid AND w.namespace = $2::text LIMIT $3::bigint)
)
SELECT l.id, l.scope, l.name, l.slots, l.decay, l.enabled, u.held, u.draining, u.drained_by, u.holders,
  m.slots::integer, CASE WHEN m.number IS NOT NULL THEN (SELECT count(*) FROM limit_want o
    WHERE o.limit_id = m.limit_id AND o.number <= m.number) END, m.due,
  (SELECT jsonb_agg(jsonb_build_array(o.name, o.run_id, (extract(epoch FROM o.grant_time) * 1000000)::bigint)
      ORDER BY o.grant_time, o.id) FROM (
    SELECT e.id, e.grant_time, e.run_id, CASE WHEN e.run_epoch IS NULL THEN coalesce(nullif(e.holder, ''), r.name, '')
      ELSE coalesce(r.name, e.holder) END AS name
    FROM limit_hold h JOIN limit_lease e ON e.id = h.lease_id LEFT JOIN run r ON r.id = e.run_id
    WHERE h.limit_id = l.id AND h.return_time IS NULL AND m.number IS NOT NULL
    ORDER BY e.grant_time, e.id LIMIT $4::bigint) o)
FROM mine m JOIN slot_limit l ON l.id = m.limit_id JOIN limit_usage u ON u.id = l.id
ORDER BY m.number NULLS FIRST, l.scope, l.name

-- name: explain_needs
-- Limits that are there of those that a run is to hold slots of: how full each is, and what the run wants.
SELECT l.id, l.scope, l.name, l.slots, l.decay, l.enabled, u.held, u.draining, u.drained_by, u.holders,
  n.slots, NULL::bigint, NULL::timestamptz, NULL::jsonb
FROM unnest($1::smallint[], $2::text[], $3::integer[]) AS n (scope, name, slots)
JOIN slot_limit l ON l.namespace = $4::text AND l.scope = n.scope AND l.name = n.name
JOIN limit_usage u ON u.id = l.id
ORDER BY l.scope, l.name

-- name: explain_work
-- Where a run waits for a worker: its deployment, pool and queue with how full each is, its place among those of its queue
-- that are ready, who has runs of the pool, which workers are online and have what it asks for, and what its schedule or
-- its backfill holds it back for.
SELECT coalesce(d.flow || '/' || d.name, ''), coalesce(d.is_paused, false), d.concurrency_limit,
  (SELECT count(*) FROM work_item t WHERE t.deployment_id = w.deployment_id AND t.standing = 2),
  coalesce(p.name, ''), coalesce(p.is_paused, false), p.concurrency_limit,
  (SELECT count(*) FROM work_item t WHERE t.pool_id = w.pool_id AND t.standing = 2),
  coalesce(q.name, ''), coalesce(q.is_paused, false), q.concurrency_limit,
  (SELECT count(*) FROM work_item t WHERE t.pool_id = w.pool_id AND t.queue_id = w.queue_id AND t.standing = 2),
  (SELECT count(*) FROM work_item t WHERE t.queue_id = w.queue_id AND t.standing = 1 AND t.gate = 0
    AND (t.due, t.run_id) <= (w.due, w.run_id)),
  w.worker_labels,
  (SELECT count(*) FROM worker k JOIN session s ON s.id = k.session_id
    WHERE k.pool_id = w.pool_id AND s.lease_until > clock_timestamp()),
  (SELECT count(*) FROM worker k JOIN session s ON s.id = k.session_id
    WHERE k.pool_id = w.pool_id AND s.lease_until > clock_timestamp() AND NOT k.is_draining AND NOT k.is_leaving
      AND k.labels @> w.worker_labels AND (cardinality(k.queues) = 0 OR q.name = ANY (k.queues))
      AND (cardinality(k.deployments) = 0
        OR k.deployments && ARRAY[w.deployment_id::text, d.flow || '/' || d.name])),
  (SELECT jsonb_agg(jsonb_build_array(r.name, r.id,
      (extract(epoch FROM coalesce(s.start_time, s.transition_time)) * 1000000)::bigint) ORDER BY r.id) FROM (
    SELECT t.run_id FROM work_item t WHERE t.pool_id = w.pool_id AND t.standing = 2 ORDER BY t.run_id LIMIT $3::bigint
  ) h JOIN run r ON r.id = h.run_id JOIN run_state s ON s.id = r.id),
  coalesce(p.type, '') = 'served', w.gate, coalesce(c.slug, ''),
  CASE WHEN c.is_paused THEN 'it is paused' ELSE coalesce(c.error, '') END,
  (SELECT count(*) FROM work_item t WHERE t.schedule_id = w.schedule_id AND t.gate = 0),
  w.backfill_id, coalesce(b.max_parallel, 0)::bigint,
  (SELECT count(*) FROM work_item t WHERE t.backfill_id = w.backfill_id AND t.gate <> 3),
  (SELECT count(*) FROM work_item t JOIN run_deployment o ON o.run_id = t.run_id
    WHERE t.backfill_id = w.backfill_id AND t.gate = 3
      AND CASE WHEN b.newest_first THEN o.schedule_time >= m.schedule_time ELSE o.schedule_time <= m.schedule_time END),
  w.declined_by, coalesce(w.decline_reason, '')
FROM work_item w LEFT JOIN deployment d ON d.id = w.deployment_id LEFT JOIN pool p ON p.id = w.pool_id
LEFT JOIN queue q ON q.id = w.queue_id LEFT JOIN run_deployment m ON m.run_id = w.run_id
LEFT JOIN schedule c ON c.id = w.schedule_id LEFT JOIN backfill b ON b.id = w.backfill_id
WHERE w.run_id = $1::uuid AND w.namespace = $2::text AND w.standing = 1

-- name: explain_cache
-- Keys of the cache whose values a run computes, and those that it asked for lately while another one computes them.
(SELECT r.key, r.run_id, r.lapse_time, true FROM cache_reservation r
  WHERE r.run_id = $1::uuid AND r.namespace = $2::text AND r.outcome IS NULL
    AND r.lapse_time > clock_timestamp()
  ORDER BY r.key LIMIT $3::bigint)
UNION ALL
(SELECT r.key, r.run_id, r.lapse_time, false FROM cache_wait w
  JOIN cache_reservation r ON r.namespace = w.namespace AND r.key = w.key
  WHERE w.run_id = $1::uuid AND w.namespace = $2::text AND w.ask_time > clock_timestamp() - interval '15 seconds'
    AND r.isolation = 1 AND r.outcome IS NULL AND r.lapse_time > clock_timestamp()
    AND r.run_id IS DISTINCT FROM w.run_id
  ORDER BY r.key LIMIT $3::bigint)

-- name: note_cache_wait
-- Notes that a run waits for the value of a key; what was noted a moment ago will do.
INSERT INTO cache_wait AS w (run_id, key, namespace, ask_time)
VALUES ($1::uuid, $2::text, $3::text, clock_timestamp())
ON CONFLICT (run_id, key) DO UPDATE SET ask_time = excluded.ask_time, namespace = excluded.namespace
WHERE w.ask_time < excluded.ask_time - interval '5 seconds'

-- name: delete_old_cache_waits
-- Forgets waits of a while ago, a bounded number.
DELETE FROM cache_wait WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM cache_wait WHERE ask_time < statement_timestamp() - interval '1 hour'
  ORDER BY ask_time LIMIT $1::bigint FOR UPDATE SKIP LOCKED))
