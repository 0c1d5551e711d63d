-- What is done when something happens: automations, the windows that their triggers have open, what is still to be done,
-- and how far the events have been looked at.

-- No etag is given twice.
CREATE SEQUENCE automation_etag AS bigint;

CREATE TABLE automation (
  id                  uuid PRIMARY KEY,
  namespace           filled_name NOT NULL,
  name                filled_text NOT NULL,
  description         text NOT NULL DEFAULT '',
  is_paused           boolean NOT NULL DEFAULT false,
  tags                text[] NOT NULL DEFAULT '{}',
  -- JSON as text, so that what is to be handed on stays as it was sent.
  trigger             filled_text NOT NULL,
  actions             filled_text NOT NULL,
  actions_on_trigger  filled_text NOT NULL,
  actions_on_resolve  filled_text NOT NULL,
  owner_resource      text COLLATE "C" NOT NULL DEFAULT '',
  created_by          filled_text NOT NULL,
  updated_by          filled_text NOT NULL,
  create_time         timestamptz NOT NULL,
  update_time         timestamptz NOT NULL CHECK (update_time >= create_time),
  etag                positive_number NOT NULL DEFAULT nextval('automation_etag'),
  -- Another one whenever the trigger begins anew; windows of earlier ones count for nothing.
  term                positive_number NOT NULL DEFAULT nextval('automation_etag'),
  -- Events from then on are its trigger's concern.
  begin_time          timestamptz NOT NULL
);
CREATE INDEX automation_list ON automation (namespace, name, id);
CREATE INDEX automation_owner ON automation (namespace, owner_resource) WHERE owner_resource <> '';

CREATE TABLE automation_bucket (
  automation_id  uuid NOT NULL REFERENCES automation ON DELETE CASCADE,
  term           positive_number NOT NULL,
  -- Follows from the key.
  key_id         uuid NOT NULL,
  -- A JSON array: the values of the labels that are counted apart.
  key            filled_text NOT NULL,
  start_time     timestamptz NOT NULL,
  end_time       timestamptz,
  last_time      timestamptz NOT NULL,
  count          natural_number NOT NULL,
  has_fired      boolean NOT NULL,
  -- When time alone changes it.
  wake_time      timestamptz,
  -- The last event that moved it, as triggers see it; null when none did.
  event          text,
  PRIMARY KEY (automation_id, term, key_id)
);
CREATE INDEX automation_bucket_wake ON automation_bucket (wake_time) WHERE wake_time IS NOT NULL;

-- What firings are still to do: told of as an event (ordinal 0), then each action. Written with the windows and the cursor,
-- deleted when it is done.
CREATE TABLE automation_task (
  -- Also the id of a run that it creates.
  id             uuid PRIMARY KEY,
  automation_id  uuid NOT NULL REFERENCES automation ON DELETE CASCADE,
  firing_id      uuid NOT NULL,
  ordinal        smallint NOT NULL CHECK (ordinal >= 0),
  -- The id of the event that tells of the firing, and of the one that tells what came of this.
  trigger_id     uuid NOT NULL,
  event_id       uuid NOT NULL,
  -- A JSON object; null where the firing is to be told of.
  action         text CHECK ((action IS NULL) = (ordinal = 0)),
  -- A JSON object: the window and the event.
  firing         filled_text NOT NULL,
  time           timestamptz NOT NULL,
  attempts       natural_integer NOT NULL DEFAULT 0,
  due_time       timestamptz NOT NULL,
  UNIQUE (firing_id, ordinal)
);
CREATE INDEX automation_task_due ON automation_task (due_time, id);
CREATE INDEX automation_task_automation ON automation_task (automation_id);

-- Up to where events have been put to the triggers. Everything that moves a window raises the version, so of two replicas
-- that do so at once one fails.
CREATE TABLE automation_cursor (
  one         boolean PRIMARY KEY DEFAULT true CHECK (one),
  generation  natural_number NOT NULL,
  xid         natural_number NOT NULL,
  version     natural_number NOT NULL
);
INSERT INTO automation_cursor (generation, xid, version) VALUES (0, 0, 0);
