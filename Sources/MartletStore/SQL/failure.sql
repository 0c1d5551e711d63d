-- Why runs failed.

-- name: find_first_failure
-- From a run down: in each run, of at most $3 newest children those that its last attempt created and
-- that failed or crashed no later than it did. Of these the first that failed with the run's own error, or else with one
-- that the run's error quotes. Failing that the last to end, as the code may have handled those before; but the first
-- where the run says nothing of its own. The last column says whether a run has more children than were looked at.
WITH RECURSIVE chain AS (
  SELECT s.id, 0::bigint AS level, s.end_time, s.attempt, false AS is_bounded,
    coalesce(h.detail ->> 'type', '') AS error_type, coalesce(h.detail ->> 'error', '') AS error
  FROM run_state s LEFT JOIN run_transition h ON h.run_id = s.id AND h.revision = s.revision
  WHERE s.id = $1::uuid AND s.namespace = $2::text AND s.state_type IN (7, 9)
  UNION ALL
  SELECT f.id, c.level + 1, f.end_time, f.attempt, f.children >= $3::bigint, f.error_type, f.error
  FROM chain c CROSS JOIN LATERAL (
    SELECT s.id, s.end_time, s.attempt, k.children, e.error_type, e.error
    FROM (
      SELECT r.id, r.create_time, count(*) OVER () AS children
      FROM (SELECT id, create_time FROM run WHERE parent_id = c.id ORDER BY id DESC LIMIT $3::bigint) r
    ) k
    JOIN run_state s ON s.id = k.id
    LEFT JOIN run_transition h ON h.run_id = s.id AND h.revision = s.revision
    CROSS JOIN LATERAL (
      SELECT coalesce(h.detail ->> 'type', '') AS error_type, coalesce(h.detail ->> 'error', '') AS error
    ) e
    CROSS JOIN LATERAL (
      SELECT CASE
        WHEN c.error_type = '' AND c.error = '' THEN 0
        WHEN e.error_type = c.error_type AND e.error = c.error THEN 1
        WHEN e.error <> '' AND strpos(c.error, e.error) > 0 THEN 2
        ELSE 3
      END AS distance
    ) m
    WHERE s.state_type IN (7, 9) AND s.end_time <= c.end_time
      AND k.create_time >= coalesce((SELECT min(h.time) FROM run_transition h
        WHERE h.run_id = c.id AND h.attempt = c.attempt AND h.to_type = 3), '-infinity')
    ORDER BY m.distance, CASE WHEN m.distance = 3 THEN s.end_time END DESC, s.end_time, s.id LIMIT 1
  ) f
  WHERE c.level < $4::bigint
)
SELECT id, is_bounded FROM chain ORDER BY level

-- name: find_last_good
-- The last run of a definition that completed, among at most $4 before a run.
SELECT s.id FROM (
  SELECT r.id, r.kind FROM run r
  WHERE r.namespace = $1::text AND r.definition = $2::text AND r.id < $3::uuid
  ORDER BY r.id DESC LIMIT $4::bigint
) b JOIN run_state s ON s.id = b.id
WHERE s.state_type = 6 AND b.kind = $5::smallint
ORDER BY b.id DESC LIMIT 1

-- name: find_last_good_of_deployment
-- The last run of a deployment that completed, among at most $3 before a run.
SELECT s.id FROM (
  SELECT d.run_id FROM run_deployment d
  WHERE d.deployment_id = $1::uuid AND d.run_id < $2::uuid
  ORDER BY d.run_id DESC LIMIT $3::bigint
) b JOIN run_state s ON s.id = b.run_id
WHERE s.state_type = 6
ORDER BY s.id DESC LIMIT 1

-- name: tail_logs
-- The latest lines of one run, latest first.
SELECT l.run_id, l.time, l.execution_id, l.line, l.namespace, l.level, l.logger, l.message, l.fields
FROM log l
WHERE l.run_id = $1::uuid AND l.namespace = $2::text AND l.time >= $3::timestamptz
ORDER BY l.time DESC, l.execution_id DESC, l.line DESC LIMIT $4::bigint

-- name: get_holders
-- Who held sessions.
SELECT id, holder FROM session WHERE id = ANY ($1::uuid[])
