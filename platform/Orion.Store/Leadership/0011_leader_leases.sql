-- Work that one process of all does at a time: who does it, until when. The token grows with every change of hands.
CREATE TABLE leader_leases (
  role TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  fencing_token BIGINT NOT NULL,
  lease_until BIGINT NOT NULL
);
