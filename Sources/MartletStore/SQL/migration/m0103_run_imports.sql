-- Who took in runs of other servers of which others are said to be the makers. A row goes with its run.

CREATE TABLE run_import (
  run_id       uuid PRIMARY KEY,
  imported_by  filled_text NOT NULL
);
