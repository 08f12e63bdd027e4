CREATE TABLE worker_heartbeats (id INTEGER PRIMARY KEY, worker TEXT NOT NULL, service TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL,
    time INTEGER NOT NULL, interval_ns INTEGER NOT NULL, started_at INTEGER NOT NULL, pool_threads INTEGER NOT NULL, pool_queue INTEGER NOT NULL,
    memory_alloc_mb REAL NOT NULL, memory_committed_mb REAL NOT NULL, gc_count INTEGER NOT NULL, gc_pause_ms REAL NOT NULL,
    lag_p99_ms REAL NOT NULL, lag_max_ms REAL NOT NULL);
CREATE INDEX worker_heartbeats_time ON worker_heartbeats (time);
CREATE TABLE system_alerts (id INTEGER PRIMARY KEY, rule TEXT NOT NULL, subject TEXT NOT NULL, state INTEGER NOT NULL, severity TEXT NOT NULL,
    summary TEXT NOT NULL, runbook TEXT, details TEXT, opened_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, firing_at INTEGER,
    resolved_at INTEGER, acknowledged_by TEXT, acknowledged_at INTEGER, silenced_until INTEGER);
CREATE UNIQUE INDEX system_alerts_open ON system_alerts (rule, subject) WHERE resolved_at IS NULL;
CREATE INDEX system_alerts_opened ON system_alerts (opened_at);
CREATE TABLE rollup_series (id INTEGER PRIMARY KEY, process TEXT NOT NULL, kind INTEGER NOT NULL, service TEXT NOT NULL, surface TEXT NOT NULL,
    name TEXT NOT NULL, class TEXT NOT NULL, UNIQUE (kind, service, surface, name, class, process));
CREATE TABLE rollups_minute (series INTEGER NOT NULL, start INTEGER NOT NULL, count INTEGER NOT NULL, errors INTEGER NOT NULL,
    sum_ns INTEGER NOT NULL, p95_ns REAL NOT NULL, durations BLOB, PRIMARY KEY (series, start)) WITHOUT ROWID;
CREATE TABLE rollups_hour (series INTEGER NOT NULL, start INTEGER NOT NULL, count INTEGER NOT NULL, errors INTEGER NOT NULL,
    sum_ns INTEGER NOT NULL, p95_ns REAL NOT NULL, durations BLOB, PRIMARY KEY (series, start)) WITHOUT ROWID;
CREATE TABLE loss_account (process TEXT NOT NULL, run TEXT NOT NULL, stream TEXT NOT NULL, produced INTEGER NOT NULL, stored INTEGER NOT NULL,
    sampled_out INTEGER NOT NULL, dropped INTEGER NOT NULL, buffered INTEGER NOT NULL, updated INTEGER NOT NULL, ended INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (process, run, stream)) WITHOUT ROWID;
CREATE TABLE loss_drops (process TEXT NOT NULL, run TEXT NOT NULL, stream TEXT NOT NULL, reason TEXT NOT NULL, tenant TEXT NOT NULL, rows INTEGER NOT NULL,
    PRIMARY KEY (process, run, stream, reason, tenant)) WITHOUT ROWID;
CREATE TABLE audit_log (id TEXT PRIMARY KEY, time INTEGER NOT NULL, component TEXT NOT NULL, operation TEXT NOT NULL, status TEXT NOT NULL, user TEXT,
    tenant TEXT, session TEXT, correlation_id TEXT, trace_id TEXT, parameters TEXT, result TEXT, error_code TEXT, error_message TEXT,
    duration_ns INTEGER NOT NULL, metadata TEXT) WITHOUT ROWID;
CREATE INDEX audit_log_time ON audit_log (time);
CREATE TABLE business_event_logs (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, type TEXT NOT NULL, service TEXT NOT NULL, entity_type TEXT, entity_id TEXT,
    user TEXT, tenant TEXT, action TEXT, details TEXT, success INTEGER NOT NULL, correlation_id TEXT, trace_id TEXT);
CREATE INDEX business_event_logs_time ON business_event_logs (time);
CREATE INDEX business_event_logs_entity ON business_event_logs (entity_type, entity_id) WHERE entity_id IS NOT NULL;
CREATE TABLE _orion_events (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, name TEXT NOT NULL, user TEXT, tenant TEXT, properties TEXT NOT NULL);
CREATE INDEX _orion_events_name ON _orion_events (name, time);
CREATE INDEX _orion_events_time ON _orion_events (time);
CREATE TABLE facts (position INTEGER PRIMARY KEY, time INTEGER NOT NULL, type TEXT NOT NULL, subject TEXT NOT NULL, tenant_id TEXT, data TEXT NOT NULL,
    trace_id TEXT, correlation_id TEXT);
CREATE INDEX facts_subject ON facts (subject);
CREATE INDEX facts_time ON facts (time);
CREATE INDEX facts_trace ON facts (trace_id) WHERE trace_id IS NOT NULL;
CREATE TABLE metrics_metadata (name TEXT PRIMARY KEY, unit TEXT NOT NULL, kind INTEGER NOT NULL, description TEXT, first_seen INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE metric_rollup_series (id INTEGER PRIMARY KEY, name TEXT NOT NULL, service TEXT NOT NULL, labels TEXT NOT NULL, UNIQUE (name, service, labels));
CREATE TABLE metric_rollups_minute (series INTEGER NOT NULL, start INTEGER NOT NULL, points INTEGER NOT NULL, count INTEGER NOT NULL, sum REAL NOT NULL,
    min REAL NOT NULL, max REAL NOT NULL, last REAL NOT NULL, PRIMARY KEY (series, start)) WITHOUT ROWID;
CREATE TABLE rollup_checks (checked_at INTEGER NOT NULL, process TEXT NOT NULL, minute INTEGER NOT NULL, series INTEGER NOT NULL, differences INTEGER NOT NULL,
    repaired INTEGER NOT NULL);
CREATE TABLE _observability_metadata (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO _observability_metadata VALUES ('schema_version', '1'), ('created_at', '2026-01-04T10:00:00Z');
PRAGMA user_version=1;
