-- Audit entries on their way to the audit log, which lies beside the telemetry: committed with what they tell of, removed once they are there.
-- A position is never used twice (AUTOINCREMENT), so what one reader removes is what it has read.
CREATE TABLE audit_outbox (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  entry TEXT NOT NULL CONSTRAINT an_entry_is_a_json_object CHECK (json_valid(entry) AND json_type(entry) = 'object')
);
