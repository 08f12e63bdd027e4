-- Nodes, and what they are told to do. Times are Unix milliseconds.
-- One start and one stop an allocation, ever: a repeated job cannot make a second workload.
CREATE TABLE nodes (
  id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  secret_hash TEXT NOT NULL,
  slots INTEGER NOT NULL CHECK (slots BETWEEN 1 AND 4096),
  registered_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  lost_at BIGINT
);

CREATE TABLE node_runtimes (
  node_id TEXT NOT NULL REFERENCES nodes (id),
  runtime TEXT NOT NULL,
  PRIMARY KEY (node_id, runtime)
);

CREATE TABLE node_tasks (
  id TEXT NOT NULL PRIMARY KEY,
  node_id TEXT NOT NULL REFERENCES nodes (id),
  allocation_id TEXT NOT NULL REFERENCES allocations (id),
  kind TEXT NOT NULL CHECK (kind IN ('start', 'stop')),
  state TEXT NOT NULL CHECK (state IN ('ready', 'leased', 'done', 'cancelled')),
  attempt INTEGER NOT NULL DEFAULT 0,
  fencing_token BIGINT NOT NULL DEFAULT 0,
  lease_until BIGINT,
  outcome TEXT,
  created_at BIGINT NOT NULL,
  finished_at BIGINT,
  trace_parent TEXT,
  correlation_id TEXT,
  UNIQUE (allocation_id, kind)
);

CREATE INDEX node_tasks_open ON node_tasks (node_id, created_at) WHERE state IN ('ready', 'leased');
