-- Which runs of a locked pool are ready for workers that would take some. Who asks may pass over much that stands in front
-- and is not for them: what that costs must not grow with it.

-- name: read_ready_items
-- The first of each queue that some worker may have, among so many that are looked at; those of full or paused deployments
-- are passed over. Profiles say what workers have (l), whether that must all be asked for (x), and which
-- queues (q) and deployments (d) each is for. What a
-- transition changes at this moment is passed over too. Which deployments have no room is found out of those that stand
-- there, each once, whatever others the pool has. A row without a run says that a queue goes on behind what was looked at.
WITH head AS MATERIALIZED (
  SELECT q.id AS queue_id, q.name, q.room, w.run_id, w.deployment_id, w.due, w.worker_labels
  FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS q (id, name, room)
  CROSS JOIN LATERAL (
    SELECT w.run_id, w.deployment_id, w.due, w.worker_labels FROM work_item w
    WHERE w.queue_id = q.id AND w.standing = 1 AND w.gate = 0 AND w.due <= statement_timestamp() AND w.taken_until IS NULL
    ORDER BY w.due, w.run_id LIMIT $6::bigint
  ) w
), shut AS MATERIALIZED (
  SELECT d.id FROM deployment d
  WHERE d.id = ANY (ARRAY(SELECT DISTINCT h.deployment_id FROM head h))
    AND (d.is_paused OR d.concurrency_limit <= (SELECT count(*) FROM work_item t WHERE t.deployment_id = d.id
      AND (t.standing = 2 OR t.taken_until IS NOT NULL)))
), fitting AS MATERIALIZED (
  SELECT h.queue_id, h.run_id, row_number() OVER (PARTITION BY h.queue_id ORDER BY h.due, h.run_id) <= h.room AS is_first
  FROM head h
  LEFT JOIN LATERAL (SELECT * FROM deployment d WHERE d.id = h.deployment_id LIMIT 1) d ON true
  WHERE h.deployment_id NOT IN (SELECT s.id FROM shut s) AND h.run_id <> ALL ($5::uuid[])
    AND EXISTS (SELECT FROM unnest($4::jsonb[]) AS k (p)
      WHERE k.p -> 'l' @> h.worker_labels AND (NOT k.p ? 'x' OR h.worker_labels @> (k.p -> 'l'))
        AND (NOT k.p ? 'q' OR k.p -> 'q' ? h.name)
        AND (NOT k.p ? 'd' OR k.p -> 'd' ?| ARRAY[h.deployment_id::text, d.flow || '/' || d.name]))
), taken AS (
  SELECT w.run_id, w.queue_id, w.deployment_id, d.flow || '/' || d.name AS deployment, w.due, w.worker_labels,
    d.concurrency_limit IS NOT NULL AS is_limited
  FROM work_item w LEFT JOIN deployment d ON d.id = w.deployment_id
  WHERE w.run_id = ANY (ARRAY(SELECT f.run_id FROM fitting f WHERE f.is_first))
    AND w.standing = 1 AND w.gate = 0 AND w.taken_until IS NULL
  FOR NO KEY UPDATE OF w SKIP LOCKED
)
SELECT * FROM taken
UNION ALL
SELECT NULL, h.queue_id, NULL, NULL, NULL, NULL, NULL FROM head h GROUP BY h.queue_id, h.room
HAVING count(*) >= $6::bigint AND (SELECT count(*) FROM fitting f WHERE f.queue_id = h.queue_id) < h.room

-- name: read_ready_kinds
-- The same of queues in front of which stand many runs that no worker may have: looked for kind by kind, each of a
-- deployment and of what a worker must have, so that it does not matter how many they are. Runs of equal marks ask for the
-- same of workers; of more kinds than there is room the earliest are enough.
WITH RECURSIVE kind AS (
  SELECT q.id AS queue_id, q.name, q.room, w.deployment_id, w.mark, w.worker_labels
  FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS q (id, name, room)
  CROSS JOIN LATERAL (
    SELECT w.deployment_id, jsonb_hash_extended(w.worker_labels, 0) AS mark, w.worker_labels FROM work_item w
    WHERE w.queue_id = q.id AND w.standing = 1 AND w.gate = 0
    ORDER BY w.deployment_id, jsonb_hash_extended(w.worker_labels, 0) LIMIT 1
  ) w
  UNION ALL
  SELECT k.queue_id, k.name, k.room, w.deployment_id, w.mark, w.worker_labels
  FROM kind k CROSS JOIN LATERAL (
    SELECT w.deployment_id, jsonb_hash_extended(w.worker_labels, 0) AS mark, w.worker_labels FROM work_item w
    WHERE w.queue_id = k.queue_id AND w.standing = 1 AND w.gate = 0
      AND (w.deployment_id, jsonb_hash_extended(w.worker_labels, 0)) > (k.deployment_id, k.mark)
    ORDER BY w.deployment_id, jsonb_hash_extended(w.worker_labels, 0) LIMIT 1
  ) w
), shut AS MATERIALIZED (
  SELECT d.id FROM deployment d
  WHERE d.id = ANY (ARRAY(SELECT DISTINCT k.deployment_id FROM kind k))
    AND (d.is_paused OR d.concurrency_limit <= (SELECT count(*) FROM work_item t WHERE t.deployment_id = d.id
      AND (t.standing = 2 OR t.taken_until IS NOT NULL)))
), begun AS MATERIALIZED (
  SELECT k.queue_id, k.deployment_id, k.mark, k.room,
    row_number() OVER (PARTITION BY k.queue_id ORDER BY w.due, w.run_id) <= k.room AS is_first
  FROM kind k
  LEFT JOIN LATERAL (SELECT * FROM deployment d WHERE d.id = k.deployment_id LIMIT 1) d ON true
  CROSS JOIN LATERAL (
    SELECT w.due, w.run_id FROM work_item w
    WHERE w.queue_id = k.queue_id AND w.deployment_id = k.deployment_id
      AND jsonb_hash_extended(w.worker_labels, 0) = k.mark AND w.standing = 1 AND w.gate = 0
      AND w.due <= statement_timestamp() AND w.taken_until IS NULL AND w.run_id <> ALL ($5::uuid[])
    ORDER BY w.due, w.run_id LIMIT 1
  ) w
  WHERE k.deployment_id NOT IN (SELECT s.id FROM shut s)
    AND EXISTS (SELECT FROM unnest($4::jsonb[]) AS o (p)
      WHERE o.p -> 'l' @> k.worker_labels AND (NOT o.p ? 'x' OR k.worker_labels @> (o.p -> 'l'))
        AND (NOT o.p ? 'q' OR o.p -> 'q' ? k.name)
        AND (NOT o.p ? 'd' OR o.p -> 'd' ?| ARRAY[k.deployment_id::text, d.flow || '/' || d.name]))
), fitting AS MATERIALIZED (
  SELECT w.run_id, row_number() OVER (PARTITION BY b.queue_id ORDER BY w.due, w.run_id) <= b.room AS is_first
  FROM begun b CROSS JOIN LATERAL (
    SELECT w.run_id, w.due FROM work_item w
    WHERE w.queue_id = b.queue_id AND w.deployment_id = b.deployment_id
      AND jsonb_hash_extended(w.worker_labels, 0) = b.mark AND w.standing = 1 AND w.gate = 0
      AND w.due <= statement_timestamp() AND w.taken_until IS NULL AND w.run_id <> ALL ($5::uuid[])
    ORDER BY w.due, w.run_id LIMIT b.room
  ) w
  WHERE b.is_first
)
SELECT w.run_id, w.queue_id, w.deployment_id, d.flow || '/' || d.name AS deployment, w.due, w.worker_labels,
  d.concurrency_limit IS NOT NULL AS is_limited
FROM work_item w LEFT JOIN deployment d ON d.id = w.deployment_id
WHERE w.run_id = ANY (ARRAY(SELECT f.run_id FROM fitting f WHERE f.is_first))
  AND w.standing = 1 AND w.gate = 0 AND w.taken_until IS NULL
FOR NO KEY UPDATE OF w SKIP LOCKED
