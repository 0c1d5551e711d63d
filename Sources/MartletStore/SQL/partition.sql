-- Keeping the days of append-only tables.

-- name: extend_partitions
-- Makes days ahead; returns how many.
SELECT extend_partitions($1::text, (clock_timestamp() AT TIME ZONE 'UTC')::date + $2::integer)

-- name: days_ahead
-- How many days lie ahead of today.
SELECT max(day) - (clock_timestamp() AT TIME ZONE 'UTC')::date FROM day_partition WHERE parent = $1::text

-- name: calm_oldest_day
-- Notes that nothing of the oldest day lives, if it is so.
SELECT calm_oldest_day($1::text, $2::integer)

-- name: drop_oldest_day
-- Drops the oldest day if nothing in it is still needed; null when nothing was dropped.
SELECT drop_oldest_day($1::text, $2::integer)::text

-- name: prune_outliers
-- Deletes what is too old of some pages of an outer part; null when there are none.
SELECT prune_outliers($1::text, $2::text, $3::integer, $4::bigint, $5::bigint)

-- name: set_lock_timeout
-- Shortens the lock time-out for this transaction: waiting for an exclusive lock makes others wait.
SELECT set_config('lock_timeout', $1::text, true)
