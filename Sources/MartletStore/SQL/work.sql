-- What waits for the engine's services. Work is taken for a while, so that replicas share it and
-- nothing is lost with one of them.

-- name: take_due_runs
-- Takes runs whose time has come.
UPDATE run_due SET taken_until = clock_timestamp() + $2::bigint * interval '1 microsecond'
WHERE run_id IN (
  SELECT d.run_id FROM run_due d
  WHERE d.due <= clock_timestamp()
    AND (d.taken_until IS NULL OR d.taken_until < clock_timestamp())
  ORDER BY d.due LIMIT $1::bigint FOR NO KEY UPDATE SKIP LOCKED)
RETURNING run_id, namespace, state_type

-- name: next_due_time
-- How long until the next run is due.
SELECT (extract(epoch FROM min(due) - clock_timestamp()) * 1000000)::bigint FROM run_due

-- name: take_cascades
-- Takes stopped runs whose children are to be cancelled.
UPDATE run_cascade SET taken_until = clock_timestamp() + $2::bigint * interval '1 microsecond'
WHERE run_id IN (
  SELECT c.run_id FROM run_cascade c
  WHERE c.taken_until IS NULL OR c.taken_until < clock_timestamp()
  ORDER BY c.run_id LIMIT $1::bigint FOR NO KEY UPDATE SKIP LOCKED)
RETURNING run_id, namespace, actor, bound_us, after_id, taken_until

-- name: advance_cascade
-- Remembers how far a cascade has come, unless it was asked for again or taken by another meanwhile.
UPDATE run_cascade SET after_id = $3::uuid WHERE run_id = $1::uuid AND taken_until = $2::timestamptz

-- name: delete_cascade
-- Ends a cascade, unless it was asked for again or taken by another meanwhile.
DELETE FROM run_cascade WHERE run_id = $1::uuid AND taken_until = $2::timestamptz
