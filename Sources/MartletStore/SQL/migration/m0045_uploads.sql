-- Results that come and go in chunks, because they are longer than a message.

ALTER TABLE result
  -- How many bytes lie in chunks; null for a result that lies here or elsewhere.
  ADD received natural_number,
  -- The stream that uploads it, and when its last chunk came; null when all are there.
  ADD upload_id uuid,
  ADD upload_time timestamptz,
  DROP CONSTRAINT result_check,
  ADD CONSTRAINT result_place CHECK (num_nonnulls(data, uri, received) = 1),
  ADD CONSTRAINT result_measure CHECK (
    (data IS NULL OR (length(data) = size AND digest <> ''))
    AND (received IS NULL OR upload_id IS NOT NULL OR (received = size AND digest <> ''))),
  ADD CONSTRAINT result_upload CHECK (
    (upload_id IS NULL) = (upload_time IS NULL) AND (upload_id IS NULL OR received IS NOT NULL));
CREATE INDEX result_upload_due ON result (upload_time) WHERE upload_time IS NOT NULL;

CREATE TABLE result_chunk (
  result_id    uuid NOT NULL REFERENCES result ON DELETE CASCADE,
  -- Where in the result it begins.
  start        natural_number NOT NULL,
  data         bytea NOT NULL CHECK (length(data) > 0),
  PRIMARY KEY (result_id, start)
);
ALTER TABLE result_chunk ALTER data SET STORAGE EXTERNAL;
