-- Leases of slots that lapse, places in line that nobody keeps, and what is forgotten of them.

-- name: find_lapsed_leases
-- Leases past their time or whose session lapsed, and those who stopped asking, unless the clock of
-- leases stands still.
SELECT id, grants, collected FROM (
  (SELECT l.id, true AS grants, l.collected FROM limit_lease l
    WHERE l.end_time IS NULL AND l.expire_time < statement_timestamp() ORDER BY l.expire_time LIMIT $1::bigint)
  UNION ALL
  (SELECT l.id, true, true FROM limit_lease l WHERE l.end_time IS NULL AND l.session_id IS NOT NULL
    AND l.expire_time >= clock_timestamp()
    AND NOT EXISTS (SELECT FROM session s WHERE s.id = l.session_id AND s.lease_until >= clock_timestamp())
    LIMIT $1::bigint)
  UNION ALL
  (SELECT w.id, false, false FROM limit_waiter w WHERE w.expire_time < statement_timestamp()
    ORDER BY w.expire_time LIMIT $1::bigint)
) lapsed
WHERE (SELECT tick_time FROM lease_clock) > clock_timestamp() - $2::bigint * interval '1 microsecond'

-- name: lapse_leases
-- Ends those that have still lapsed now that they are locked. A grant that nobody was told of leaves no trace.
WITH leases AS MATERIALIZED (
  SELECT l.id, l.collected FROM limit_lease l WHERE l.id = ANY ($1::uuid[]) AND l.end_time IS NULL
    AND (l.expire_time < clock_timestamp() OR l.session_id IS NOT NULL AND NOT EXISTS (
      SELECT FROM session s WHERE s.id = l.session_id AND s.lease_until >= clock_timestamp()))
  ORDER BY l.id FOR NO KEY UPDATE SKIP LOCKED
), ended AS (
  UPDATE limit_lease l SET end_time = clock_timestamp(), end_state = 4
  FROM leases WHERE l.id = leases.id AND leases.collected RETURNING l.id
), forgotten AS (
  DELETE FROM limit_lease l USING leases WHERE l.id = leases.id AND NOT leases.collected RETURNING l.id
), freed AS (
  DELETE FROM limit_hold h USING leases WHERE h.lease_id = leases.id AND h.return_time IS NULL
  RETURNING h.limit_id
), lines AS MATERIALIZED (
  SELECT w.id FROM limit_waiter w WHERE w.id = ANY ($1::uuid[]) AND w.expire_time < clock_timestamp()
  ORDER BY w.id FOR UPDATE SKIP LOCKED
), left_line AS (
  DELETE FROM limit_waiter w USING lines WHERE w.id = lines.id RETURNING w.id
), unwanted AS (
  DELETE FROM limit_want n USING left_line w WHERE n.lease_id = w.id RETURNING n.limit_id
), marked AS (
  INSERT INTO limit_mark (shard, limit_id)
  SELECT l.shard, l.id FROM slot_limit l
  WHERE l.id IN (SELECT limit_id FROM freed UNION SELECT limit_id FROM unwanted)
)
SELECT id FROM ended UNION ALL SELECT id FROM forgotten UNION ALL SELECT id FROM left_line

-- name: next_lapse_time
-- How long until the next lease or place lapses.
SELECT (extract(epoch FROM least((SELECT min(expire_time) FROM limit_lease WHERE end_time IS NULL),
  (SELECT min(expire_time) FROM limit_waiter)) - clock_timestamp()) * 1000000)::bigint

-- name: forget_ended_leases
-- Forgets leases that ended long ago, and slots that came back by time.
WITH returned AS (
  DELETE FROM limit_hold WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM limit_hold
    WHERE return_time < statement_timestamp() LIMIT $2::bigint FOR UPDATE SKIP LOCKED))
)
DELETE FROM limit_lease WHERE id = ANY (ARRAY(
  SELECT id FROM limit_lease WHERE end_time < statement_timestamp() - $1::bigint * interval '1 microsecond'
  ORDER BY end_time LIMIT $2::bigint))
