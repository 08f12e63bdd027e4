-- Who belongs to what. API keys are the principals of today; a membership gives one a role in its tenant.
CREATE TABLE tenants (
  id TEXT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
);

CREATE TABLE projects (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (tenant_id, name)
);

CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  secret_hash BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
);

CREATE TABLE memberships (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  principal_id TEXT NOT NULL,
  role TEXT NOT NULL CONSTRAINT a_role_is_viewer_member_or_admin CHECK (role IN ('viewer', 'member', 'admin')),
  PRIMARY KEY (tenant_id, principal_id)
) WITHOUT ROWID;

-- Counts the changes of a tenant's projects, keys and memberships, in the transaction of each: what a cache holds is good while this has not moved.
CREATE TABLE authz_epochs (
  tenant_id TEXT PRIMARY KEY,
  epoch INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TRIGGER projects_insert_moves_epoch AFTER INSERT ON projects
BEGIN
  INSERT INTO authz_epochs VALUES (NEW.tenant_id, 1) ON CONFLICT DO UPDATE SET epoch = epoch + 1;
END;

CREATE TRIGGER projects_update_moves_epoch AFTER UPDATE ON projects
BEGIN
  INSERT INTO authz_epochs VALUES (OLD.tenant_id, 1) ON CONFLICT DO UPDATE SET epoch = epoch + 1;
  INSERT INTO authz_epochs VALUES (NEW.tenant_id, 1) ON CONFLICT DO UPDATE SET epoch = epoch + 1;
END;

CREATE TRIGGER projects_delete_moves_epoch AFTER DELETE ON projects
BEGIN
  INSERT INTO authz_epochs VALUES (OLD.tenant_id, 1) ON CONFLICT DO UPDATE SET epoch = epoch + 1;
END;

CREATE TRIGGER api_keys_insert_moves_epoch AFTER INSERT ON api_keys
BEGIN
  INSERT INTO authz_epochs VALUES (NEW.tenant_id, 1) ON CONFLICT DO UPDATE SET epoch = epoch + 1;
END;

CREATE TRIGGER api_keys_update_moves_epoch AFTER UPDATE ON api_keys
BEGIN
  INSERT INTO authz_epochs VALUES (OLD.tenant_id, 1) ON CONFLICT DO UPDATE SET epoch = epoch + 1;
  INSERT INTO authz_epochs VALUES (NEW.tenant_id, 1) ON CONFLICT DO UPDATE SET epoch = epoch + 1;
END;

CREATE TRIGGER api_keys_delete_moves_epoch AFTER DELETE ON api_keys
BEGIN
  INSERT INTO authz_epochs VALUES (OLD.tenant_id, 1) ON CONFLICT DO UPDATE SET epoch = epoch + 1;
END;

CREATE TRIGGER memberships_insert_moves_epoch AFTER INSERT ON memberships
BEGIN
  INSERT INTO authz_epochs VALUES (NEW.tenant_id, 1) ON CONFLICT DO UPDATE SET epoch = epoch + 1;
END;

CREATE TRIGGER memberships_update_moves_epoch AFTER UPDATE ON memberships
BEGIN
  INSERT INTO authz_epochs VALUES (OLD.tenant_id, 1) ON CONFLICT DO UPDATE SET epoch = epoch + 1;
  INSERT INTO authz_epochs VALUES (NEW.tenant_id, 1) ON CONFLICT DO UPDATE SET epoch = epoch + 1;
END;

CREATE TRIGGER memberships_delete_moves_epoch AFTER DELETE ON memberships
BEGIN
  INSERT INTO authz_epochs VALUES (OLD.tenant_id, 1) ON CONFLICT DO UPDATE SET epoch = epoch + 1;
END;
