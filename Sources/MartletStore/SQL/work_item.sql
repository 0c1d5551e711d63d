-- Where runs of deployments stand between their pool and a worker. Written with the run, in its transaction.

-- name: insert_placements
-- Ties new runs to their deployments, and has those wait that wait. Standing is null where a run was born taken or ended.
-- Fails when a deployment or a pool is gone, or when a run is to wait for a backfill that has ended: whoever made it may have
-- stood still since it looked, and nobody would ever let the run go. A deployment or a backfill that is locked against this
-- is being deleted or ended, by somebody who may wait for runs of this batch: it is not waited for.
WITH placed AS (
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[], $5::uuid[], $6::uuid[], $7::uuid[],
    $8::timestamptz[], $9::uuid[], $10::text[], $11::jsonb[], $12::smallint[], $13::smallint[], $14::timestamptz[],
    $15::bigint[])
    AS n (run_id, namespace, deployment_id, version, pool_id, queue_id, schedule_id, schedule_time, backfill_id,
      job_variables, worker_labels, gate, standing, due, epoch)
), homes AS MATERIALIZED (
  SELECT d.id FROM deployment d WHERE d.id = ANY ($3::uuid[]) ORDER BY d.id FOR KEY SHARE SKIP LOCKED
), pools AS MATERIALIZED (
  SELECT p.id FROM pool p WHERE p.id = ANY ($5::uuid[]) ORDER BY p.id FOR KEY SHARE
), fills AS MATERIALIZED (
  SELECT b.id FROM backfill b WHERE b.id = ANY ($9::uuid[]) AND b.state = 1 ORDER BY b.id FOR SHARE SKIP LOCKED
), tied AS (
  INSERT INTO run_deployment (run_id, namespace, deployment_id, version, pool_id, queue_id, schedule_id, schedule_time,
    backfill_id, job_variables, worker_labels)
  SELECT CASE WHEN EXISTS (SELECT FROM homes h WHERE h.id = deployment_id)
      AND EXISTS (SELECT FROM pools p WHERE p.id = pool_id)
      AND (gate <> 3 OR EXISTS (SELECT FROM fills f WHERE f.id = backfill_id))
      THEN run_id ELSE refuse_homeless(run_id) END,
    namespace, deployment_id, version, pool_id, queue_id, schedule_id, schedule_time, backfill_id, job_variables,
    worker_labels
  FROM placed
)
INSERT INTO work_item (run_id, namespace, pool_id, queue_id, deployment_id, schedule_id, backfill_id, standing, gate,
  due, worker_labels, epoch)
SELECT run_id, namespace, pool_id, queue_id, deployment_id, schedule_id, backfill_id, standing, gate, due,
  worker_labels, epoch
FROM placed WHERE standing IS NOT NULL

-- name: move_work_items
-- Says where runs stand now. One that begins again after its end has its row made anew, and no gate. Fails when one is
-- offered by who does not hold it any more.
WITH now_at AS (
  SELECT * FROM unnest($1::uuid[], $2::smallint[], $3::timestamptz[], $4::bigint[], $5::boolean[],
    $6::boolean[], $7::timestamptz[])
    AS n (run_id, standing, due, epoch, is_bound, is_called, hold)
), moved AS (
  UPDATE work_item w SET due = n.due, epoch = n.epoch, is_called = n.is_called,
    standing = CASE WHEN n.hold IS NULL OR n.hold = w.taken_until THEN n.standing ELSE refuse_offer(n.run_id) END,
    gate = CASE WHEN n.standing = 1 THEN w.gate ELSE 0 END,
    worker_id = CASE WHEN n.standing = 2 THEN w.worker_id END,
    offer_until = CASE WHEN n.standing <> 3 AND NOT n.is_bound AND w.standing <= n.standing THEN w.offer_until END,
    declined_by = CASE WHEN NOT n.is_bound THEN w.declined_by END,
    decline_reason = CASE WHEN NOT n.is_bound THEN w.decline_reason END,
    taken_until = CASE WHEN n.standing = 1 AND w.standing = 1 THEN w.taken_until END
  FROM now_at n WHERE w.run_id = n.run_id RETURNING w.run_id
)
INSERT INTO work_item (run_id, namespace, pool_id, queue_id, deployment_id, schedule_id, backfill_id, standing, gate,
  due, worker_labels, epoch, is_called)
SELECT d.run_id, d.namespace, d.pool_id, d.queue_id, d.deployment_id, d.schedule_id, d.backfill_id, n.standing, 0,
  n.due, d.worker_labels, n.epoch, n.is_called
FROM now_at n JOIN run_deployment d ON d.run_id = n.run_id
WHERE n.run_id NOT IN (SELECT m.run_id FROM moved m)

-- name: delete_work_items
-- Forgets runs that have ended, but for the worker that had them; tells the scheduler where another may have waited for
-- that.
WITH gone AS (
  DELETE FROM work_item WHERE run_id = ANY ($1::uuid[]) RETURNING run_id, schedule_id, backfill_id, worker_id
), kept AS (
  UPDATE run_deployment d SET worker = k.name FROM gone g JOIN worker k ON k.id = g.worker_id WHERE d.run_id = g.run_id
)
INSERT INTO schedule_mark (schedule_id, backfill_id)
SELECT DISTINCT NULL::uuid, g.backfill_id FROM gone g WHERE g.backfill_id IS NOT NULL
UNION ALL
SELECT DISTINCT g.schedule_id, NULL::uuid FROM gone g
WHERE g.schedule_id IS NOT NULL
  AND EXISTS (SELECT FROM work_item o
    WHERE o.schedule_id = g.schedule_id AND o.gate = 2 AND o.run_id <> ALL ($1::uuid[]))
