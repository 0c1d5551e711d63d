-- How pools stand, for those who look at them; and that a first start makes a pool once only.

CREATE TABLE pool_begun (
  is_begun  boolean PRIMARY KEY CHECK (is_begun)
);

CREATE FUNCTION pool_use(pool uuid, OUT taken bigint, OUT waiting bigint, OUT online bigint)
LANGUAGE sql STABLE AS $$
  SELECT
    (SELECT count(*) FROM work_item w WHERE w.pool_id = pool AND (w.standing = 2 OR w.taken_until IS NOT NULL)
      AND (w.standing = 2 OR w.taken_until > statement_timestamp())),
    (SELECT count(*) FROM queue q JOIN work_item w ON w.queue_id = q.id WHERE q.pool_id = pool AND w.standing = 1
      AND w.gate = 0 AND w.due <= statement_timestamp()),
    (SELECT count(*) FROM worker k JOIN session s ON s.id = k.session_id
      WHERE k.pool_id = pool AND s.lease_until > statement_timestamp())
$$;
