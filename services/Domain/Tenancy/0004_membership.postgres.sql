-- Who belongs to what. API keys are the principals of today; a membership gives one a role in its tenant.
CREATE TABLE tenants (
  id TEXT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL
);

CREATE TABLE projects (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (tenant_id, name)
);

CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  secret_hash BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT
);

CREATE TABLE memberships (
  tenant_id TEXT NOT NULL REFERENCES tenants (id),
  principal_id TEXT NOT NULL,
  role TEXT NOT NULL CONSTRAINT a_role_is_viewer_member_or_admin CHECK (role IN ('viewer', 'member', 'admin')),
  PRIMARY KEY (tenant_id, principal_id)
);

-- Counts the changes of a tenant's projects, keys and memberships, in the transaction of each: what a cache holds is good while this has not moved.
CREATE TABLE authz_epochs (
  tenant_id TEXT PRIMARY KEY,
  epoch BIGINT NOT NULL
);

CREATE FUNCTION move_authz_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO authz_epochs VALUES (OLD.tenant_id, 1) ON CONFLICT (tenant_id) DO UPDATE SET epoch = authz_epochs.epoch + 1;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO authz_epochs VALUES (NEW.tenant_id, 1) ON CONFLICT (tenant_id) DO UPDATE SET epoch = authz_epochs.epoch + 1;
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER projects_move_epoch AFTER INSERT OR UPDATE OR DELETE ON projects FOR EACH ROW EXECUTE FUNCTION move_authz_epoch();

CREATE TRIGGER api_keys_move_epoch AFTER INSERT OR UPDATE OR DELETE ON api_keys FOR EACH ROW EXECUTE FUNCTION move_authz_epoch();

CREATE TRIGGER memberships_move_epoch AFTER INSERT OR UPDATE OR DELETE ON memberships FOR EACH ROW EXECUTE FUNCTION move_authz_epoch();
