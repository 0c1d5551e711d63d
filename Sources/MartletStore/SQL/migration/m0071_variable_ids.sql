-- Variables have ids, for programs that know them by those.

ALTER TABLE variable ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid();
CREATE UNIQUE INDEX variable_id ON variable (id);
