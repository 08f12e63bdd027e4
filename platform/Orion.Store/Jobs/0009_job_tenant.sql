-- The tenant's short name, for the telemetry of the job; tenant_id decides whose turn it is.
ALTER TABLE jobs ADD COLUMN tenant TEXT;
