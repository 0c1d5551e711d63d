-- How pools stand, for those who look at them; that a first start makes a pool once only; what became of queues.

CREATE TABLE pool_begun (
  is_begun  boolean PRIMARY KEY CHECK (is_begun)
);

-- Queues that were deleted: a run that names one, because it was being made at that moment or is tried again, has the
-- default queue of the pool.
CREATE TABLE gone_queue (
  id       uuid PRIMARY KEY,
  pool_id  uuid NOT NULL REFERENCES pool ON DELETE CASCADE
);
CREATE INDEX gone_queue_pool ON gone_queue (pool_id);

CREATE FUNCTION pool_use(pool uuid, OUT taken bigint, OUT waiting bigint, OUT online bigint)
LANGUAGE sql STABLE AS $$
  SELECT
    (SELECT count(*) FROM work_item w WHERE w.pool_id = pool AND (w.standing = 2 OR w.taken_until IS NOT NULL)),
    (SELECT count(*) FROM queue q JOIN work_item w ON w.queue_id = q.id WHERE q.pool_id = pool AND w.standing = 1
      AND w.gate = 0 AND w.due <= statement_timestamp()),
    (SELECT count(*) FROM worker k JOIN session s ON s.id = k.session_id
      WHERE k.pool_id = pool AND s.lease_until > statement_timestamp())
$$;
