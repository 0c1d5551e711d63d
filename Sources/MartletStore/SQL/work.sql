-- What waits for the engine's services. Work is taken for a while, so that replicas share it and
-- nothing is lost with one of them. What is due is compared with the time of the statement, which an index can be asked
-- for, unlike the clock, which moves on meanwhile; and rows are taken by an array, which no plan makes a scan of the table.

-- name: take_due_runs
-- Takes runs whose time has come.
UPDATE run_due SET taken_until = clock_timestamp() + $2::bigint * interval '1 microsecond'
WHERE run_id = ANY (ARRAY(
  SELECT d.run_id FROM run_due d
  WHERE d.due <= statement_timestamp()
    AND (d.taken_until IS NULL OR d.taken_until < clock_timestamp())
  ORDER BY d.due LIMIT $1::bigint FOR NO KEY UPDATE SKIP LOCKED))
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

-- name: take_strandings
-- Takes runs that were put back, with what is known of them and of the enclosing runs.
WITH taken AS (
  UPDATE run_stranding SET look_time = clock_timestamp() + $2::bigint * interval '1 microsecond'
  WHERE run_id IN (
    SELECT d.run_id FROM run_stranding d WHERE d.look_time < statement_timestamp()
    ORDER BY d.look_time, d.run_id LIMIT $1::bigint FOR NO KEY UPDATE SKIP LOCKED)
  RETURNING run_id, namespace, look_time
)
SELECT p.id, p.namespace, p.kind, p.parent_id, p.root_id, p.content_digest, p.state_type,
  p.state_name, p.epoch, p.execution_id, p.session_id, p.last_seq, p.revision, p.attempt,
  p.start_time, p.end_time, p.transition_time, p.running_us, p.is_presumptive, p.due_time,
  p.policy, p.tally, t.run_id, t.namespace, t.look_time,
  c.kind, coalesce(c.state_type = 1 AND c.execution_id IS NULL, false), clock_timestamp()
FROM taken t LEFT JOIN run_state c ON c.id = t.run_id LEFT JOIN run_state p ON p.id = c.parent_id

-- name: postpone_strandings
-- Has runs looked at again after a while, unless they were put back again meanwhile.
UPDATE run_stranding s SET look_time = clock_timestamp() + $3::bigint * interval '1 microsecond'
FROM unnest($1::uuid[], $2::timestamptz[]) AS n (run_id, look_time)
WHERE s.run_id = n.run_id AND s.look_time = n.look_time

-- name: delete_strandings
-- Says that runs need no look any more, unless they were put back again meanwhile.
DELETE FROM run_stranding s USING unnest($1::uuid[], $2::timestamptz[]) AS n (run_id, look_time)
WHERE s.run_id = n.run_id AND s.look_time = n.look_time

-- name: advance_cascade
-- Remembers how far a cascade has come, unless it was asked for again or taken by another meanwhile.
UPDATE run_cascade SET after_id = $3::uuid WHERE run_id = $1::uuid AND taken_until = $2::timestamptz

-- name: delete_cascade
-- Ends a cascade, unless it was asked for again or taken by another meanwhile.
DELETE FROM run_cascade WHERE run_id = $1::uuid AND taken_until = $2::timestamptz
