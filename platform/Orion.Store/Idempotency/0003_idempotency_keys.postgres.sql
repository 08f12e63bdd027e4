-- Answers to requests that carried an Idempotency-Key. Neither the key nor the request is kept, only their hashes.
CREATE TABLE idempotency_keys (
  tenant_id TEXT NOT NULL,
  principal_id TEXT NOT NULL,
  method TEXT NOT NULL,
  route TEXT NOT NULL,
  key_hash BYTEA NOT NULL,
  fingerprint BYTEA NOT NULL,
  status INTEGER NOT NULL,
  headers TEXT NOT NULL,
  body BYTEA NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, principal_id, method, route, key_hash)
);

CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);
