-- What waits for others, outside, is taken apart from what is done here.

ALTER TABLE automation_task ADD COLUMN is_outgoing boolean NOT NULL DEFAULT false;
DROP INDEX automation_task_due;
CREATE INDEX automation_task_due ON automation_task (is_outgoing, due_time, id);
