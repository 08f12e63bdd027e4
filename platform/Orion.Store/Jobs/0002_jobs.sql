-- Jobs that are not done. One that is done leaves the table, in the transaction of its effects; its story stays in the journal.
CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CONSTRAINT a_job_has_a_kind CHECK (kind <> ''),
  subject TEXT NOT NULL,
  payload TEXT NOT NULL CONSTRAINT payload_is_a_json_object CHECK (json_valid(payload) AND json_type(payload) = 'object'),
  tenant_id TEXT,
  -- Whose turn it is: the tenant, or the platform itself.
  lane TEXT NOT NULL GENERATED ALWAYS AS (ifnull(tenant_id, '')) STORED,
  unique_key TEXT,
  priority INTEGER NOT NULL,
  max_attempts INTEGER NOT NULL,
  max_duration INTEGER NOT NULL,
  trace_parent TEXT,
  correlation_id TEXT,
  enqueued_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('scheduled', 'ready', 'leased', 'dead')),
  run_at INTEGER NOT NULL,
  -- Lower goes first within a lane. One step of priority weighs as much as a minute of waiting, so a job ages upwards without being touched.
  rank INTEGER NOT NULL GENERATED ALWAYS AS (run_at - priority * 60000) STORED,
  attempts INTEGER NOT NULL DEFAULT 0,
  fencing_token INTEGER NOT NULL DEFAULT 0,
  owner TEXT,
  lease_until INTEGER,
  deadline_at INTEGER,
  died_at INTEGER,
  error_code TEXT,
  error TEXT
);

-- One index a state, so that a claim never sees the others. Each also holds what counting needs.
CREATE INDEX jobs_ready ON jobs (kind, lane, rank, run_at) WHERE state = 'ready';
CREATE INDEX jobs_scheduled ON jobs (run_at, kind) WHERE state = 'scheduled';
CREATE INDEX jobs_leased ON jobs (lease_until, kind) WHERE state = 'leased';
CREATE INDEX jobs_dead ON jobs (died_at, kind) WHERE state = 'dead';

-- Outlives the job: a unique key is accepted once, ever.
CREATE TABLE job_keys (
  unique_key TEXT PRIMARY KEY,
  job_id TEXT NOT NULL
) WITHOUT ROWID;

-- The token of a lane's last claim: the lane that was served longest ago goes first.
CREATE TABLE job_turns (
  lane TEXT PRIMARY KEY,
  fencing_token INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE job_fence (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  fencing_token INTEGER NOT NULL
);

INSERT INTO job_fence VALUES (1, 0);
