-- Who may see the ops panel. Tokens and session secrets are kept as SHA-256 only.
CREATE TABLE ops_login_tokens (
  token_hash BLOB PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT CHECK (role IN ('viewer', 'operator', 'admin')),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  -- A used token stays, so that one which is handed in again at every start is not accepted twice.
  used_at INTEGER
);

CREATE TABLE ops_sessions (
  secret_hash BLOB PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT CHECK (role IN ('viewer', 'operator', 'admin')),
  created_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  tab TEXT,
  tab_parameters TEXT
);
