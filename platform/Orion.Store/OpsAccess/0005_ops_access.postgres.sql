-- Who may see the ops panel. Tokens and session secrets are kept as SHA-256 only.
CREATE TABLE ops_login_tokens (
  token_hash BYTEA PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT CHECK (role IN ('viewer', 'operator', 'admin')),
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  -- A used token stays, so that one which is handed in again at every start is not accepted twice.
  used_at BIGINT
);

CREATE TABLE ops_sessions (
  secret_hash BYTEA PRIMARY KEY,
  id TEXT COLLATE "C" NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT CHECK (role IN ('viewer', 'operator', 'admin')),
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  tab TEXT,
  tab_parameters TEXT
);
