-- Finds the finished allocations whose time to be kept is over, oldest first.
CREATE INDEX allocations_finished ON allocations (updated_at) WHERE state IN ('released', 'failed');
