-- Triggers that are put together of others: each has windows of its own.

ALTER TABLE automation_bucket
  -- The number of the trigger in the whole, which is 0.
  ADD COLUMN node   smallint NOT NULL DEFAULT 0 CHECK (node >= 0),
  -- A JSON array: the parts that fired, of a trigger that is put together of others.
  ADD COLUMN parts  filled_text NOT NULL DEFAULT '[]';
