-- Which subflow a task run of Prefect's stands for: asked by the id of the task run, and kept in a label of the subflow.

CREATE INDEX run_standing ON run ((labels ->> 'prefect.parent-task-run'))
WHERE (labels ->> 'prefect.parent-task-run') IS NOT NULL;
