-- Audit entries on their way to the audit log, which lies beside the telemetry: committed with what they tell of, removed once they are there.
-- A position is never used twice, being made of its transaction's number; what one reader removes is what it has read, since it reads settled ones.
CREATE TABLE audit_outbox (
  position BIGINT PRIMARY KEY,
  entry TEXT NOT NULL CONSTRAINT an_entry_is_a_json_object CHECK (is_json_object(entry))
);

ALTER TABLE audit_outbox SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
