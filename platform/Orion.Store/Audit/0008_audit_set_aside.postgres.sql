-- Audit entries that the audit log does not take, out of the way of those behind them: kept as they were, with why, until somebody has
-- looked at them and removes them by hand.
CREATE TABLE audit_set_aside (
  position BIGINT PRIMARY KEY,
  entry TEXT NOT NULL,
  reason TEXT NOT NULL,
  set_aside_at BIGINT NOT NULL
);
