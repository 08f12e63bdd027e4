-- The sample domain's allocations; docs/architecture.md tells their states. Times are Unix milliseconds.
CREATE TABLE allocations (
  id TEXT NOT NULL PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  tenant TEXT NOT NULL,
  project_id TEXT NOT NULL,
  runtime TEXT NOT NULL,
  slots INTEGER NOT NULL CHECK (slots BETWEEN 1 AND 64),
  state TEXT NOT NULL CHECK (state IN ('requested', 'provisioning', 'active', 'releasing', 'released', 'failed')),
  reason TEXT CHECK (reason IN ('no_capacity', 'node_lost', 'start_timed_out', 'runtime_unknown', 'start_failed', 'workload_exited')),
  node_id TEXT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  trace_parent TEXT,
  correlation_id TEXT,
  CHECK ((state = 'failed') = (reason IS NOT NULL))
);

CREATE INDEX allocations_by_project ON allocations (project_id, id);

CREATE INDEX allocations_unfinished ON allocations (state, updated_at) WHERE state IN ('requested', 'provisioning', 'active', 'releasing');

CREATE INDEX allocations_on_node ON allocations (node_id) WHERE state IN ('provisioning', 'active', 'releasing');
