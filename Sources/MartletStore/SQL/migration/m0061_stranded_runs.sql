-- Runs that were put back though the enclosing run had ended: nobody may start them, so they are to be looked at.
CREATE TABLE run_stranding (
  run_id       uuid PRIMARY KEY,
  namespace    filled_name NOT NULL,
  -- Until when one replica is looking at it; others pass it over.
  taken_until  timestamptz
);
