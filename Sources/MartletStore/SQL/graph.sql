-- Trees of runs.

-- name: walk_tree
-- A page of a tree in pre-order: from the run at the top ($1), or on from the one that the page before
-- ended with ($3). Each step finds the next run by the index of children: the first child, else the
-- next sibling of the nearest run on the way up that has one; so a page costs what it shows.
WITH RECURSIVE up AS (
  SELECT r.id, r.parent_id, 1 AS height FROM run r WHERE r.id = $3::uuid AND r.namespace = $2::text
  UNION ALL
  SELECT p.id, p.parent_id, u.height + 1
  FROM up u JOIN run p ON p.id = u.parent_id
  WHERE u.id <> $1::uuid AND u.height <= $4::bigint
), walk (place, path) AS (
  SELECT 0::bigint, array_agg(u.id ORDER BY u.height DESC) FROM up u HAVING bool_or(u.id = $1::uuid)
  UNION ALL
  SELECT w.place + 1, n.path FROM walk w CROSS JOIN LATERAL (
    SELECT coalesce(
      (SELECT w.path || c.id FROM run c
        WHERE cardinality(w.path) <= $4::bigint AND c.parent_id = w.path[cardinality(w.path)]
        ORDER BY c.id LIMIT 1),
      (SELECT w.path[1:k.height] || c.id
        FROM generate_series(cardinality(w.path) - 1, 1, -1) AS k (height)
        CROSS JOIN LATERAL (SELECT s.id FROM run s
          WHERE s.parent_id = w.path[k.height] AND s.id > w.path[k.height + 1]
          ORDER BY s.id LIMIT 1) c
        ORDER BY k.height DESC LIMIT 1)) AS path
  ) n WHERE n.path IS NOT NULL
)
SELECT r.id, r.parent_id, r.kind, r.name, r.definition, cardinality(w.path) - 1, s.state_type,
  s.state_name, s.attempt, r.create_time, coalesce(s.due_time, r.due_time), s.start_time, s.end_time,
  s.running_us, coalesce(h.detail ? 'result', false), r.dependencies
FROM (SELECT place, path FROM walk OFFSET $5::bigint LIMIT $6::bigint) w
JOIN run r ON r.id = w.path[cardinality(w.path)]
JOIN run_state s ON s.id = r.id
LEFT JOIN run_transition h ON h.run_id = s.id AND h.revision = s.revision AND s.state_type = 6
ORDER BY w.place
