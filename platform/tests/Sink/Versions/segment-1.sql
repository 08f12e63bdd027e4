CREATE TABLE strings (id INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE);
CREATE TABLE shapes (id INTEGER PRIMARY KEY, keys TEXT NOT NULL UNIQUE);
CREATE TABLE stored_rows (run TEXT NOT NULL, stream TEXT NOT NULL, rows INTEGER NOT NULL, PRIMARY KEY (run, stream)) WITHOUT ROWID;
CREATE TABLE canonical_lines (id INTEGER PRIMARY KEY, skew INTEGER NOT NULL, trace_hi INTEGER NOT NULL, trace_lo INTEGER NOT NULL, span_id INTEGER NOT NULL,
parent_id INTEGER, service, name, kind INTEGER NOT NULL, duration INTEGER NOT NULL, status INTEGER NOT NULL, status_message,
error_type, tenant, shape INTEGER, attributes, line_kind INTEGER NOT NULL, surface, method, route, status_code INTEGER, outcome,
    error_code, correlation_id TEXT, user);
CREATE INDEX canonical_lines_trace ON canonical_lines (trace_hi);
CREATE INDEX canonical_lines_tenant ON canonical_lines (tenant) WHERE tenant IS NOT NULL;
CREATE INDEX canonical_lines_failed ON canonical_lines (status) WHERE status = 2;
CREATE TABLE spans (id INTEGER PRIMARY KEY, skew INTEGER NOT NULL, trace_hi INTEGER NOT NULL, trace_lo INTEGER NOT NULL, span_id INTEGER NOT NULL,
parent_id INTEGER, service, name, kind INTEGER NOT NULL, duration INTEGER NOT NULL, status INTEGER NOT NULL, status_message,
error_type, tenant, shape INTEGER, attributes);
CREATE TABLE trace_runs (trace_hi INTEGER NOT NULL, first_id INTEGER NOT NULL, last_id INTEGER NOT NULL, PRIMARY KEY (trace_hi, first_id)) WITHOUT ROWID;
CREATE TABLE span_links (id INTEGER PRIMARY KEY, trace_hi INTEGER NOT NULL, trace_lo INTEGER NOT NULL, span_id INTEGER NOT NULL,
    linked_hi INTEGER NOT NULL, linked_lo INTEGER NOT NULL, linked_span_id INTEGER NOT NULL);
CREATE INDEX span_links_trace ON span_links (trace_hi);
CREATE INDEX span_links_linked ON span_links (linked_hi);
CREATE TABLE span_events (id INTEGER PRIMARY KEY, trace_hi INTEGER NOT NULL, trace_lo INTEGER NOT NULL, span_id INTEGER NOT NULL,
    time INTEGER NOT NULL, name, shape INTEGER, attributes);
CREATE INDEX span_events_trace ON span_events (trace_hi);
CREATE TABLE logs (id INTEGER PRIMARY KEY, skew INTEGER NOT NULL, level INTEGER NOT NULL, service, category, message TEXT NOT NULL, template,
    exception TEXT, trace_hi INTEGER, trace_lo INTEGER, span_id INTEGER, correlation_id TEXT, tenant, shape INTEGER, attributes);
CREATE INDEX logs_trace ON logs (trace_hi) WHERE trace_hi IS NOT NULL;
CREATE TABLE metric_series (id INTEGER PRIMARY KEY, name TEXT NOT NULL, service TEXT NOT NULL, labels TEXT NOT NULL, unit TEXT NOT NULL, kind INTEGER NOT NULL,
    UNIQUE (name, service, labels));
CREATE TABLE metrics_timeseries (id INTEGER PRIMARY KEY, skew INTEGER NOT NULL, series INTEGER NOT NULL, value REAL NOT NULL, count INTEGER NOT NULL, min REAL, max REAL,
    bounds TEXT, buckets TEXT);
CREATE INDEX metrics_timeseries_series ON metrics_timeseries (series);
CREATE VIEW all_spans AS
    SELECT strftime('%Y-%m-%dT%H:%M:%fZ', (s.id - s.skew) / 1e9, 'unixepoch') AS time, s.duration / 1e6 AS duration_ms,
printf('%016x%016x', s.trace_hi, s.trace_lo) AS trace_id, printf('%016x', s.span_id) AS span_id,
CASE WHEN s.parent_id IS NULL THEN NULL ELSE printf('%016x', s.parent_id) END AS parent_id,
(SELECT value FROM strings WHERE id = s.service) AS service, (SELECT value FROM strings WHERE id = s.name) AS name, s.kind,
CASE s.status WHEN 0 THEN 'unset' WHEN 1 THEN 'ok' ELSE 'error' END AS status, s.status_message,
(SELECT value FROM strings WHERE id = s.error_type) AS error_type, (SELECT value FROM strings WHERE id = s.tenant) AS tenant,
(SELECT json_group_object(k.value, json(CASE v.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'array' THEN v.value WHEN 'object' THEN v.value ELSE json_quote(v.value) END))
   FROM shapes h, json_each(h.keys) k JOIN json_each(s.attributes) v ON v.key = k.key WHERE h.id = s.shape) AS attributes, 0 AS is_root FROM spans s UNION ALL SELECT strftime('%Y-%m-%dT%H:%M:%fZ', (s.id - s.skew) / 1e9, 'unixepoch') AS time, s.duration / 1e6 AS duration_ms,
printf('%016x%016x', s.trace_hi, s.trace_lo) AS trace_id, printf('%016x', s.span_id) AS span_id,
CASE WHEN s.parent_id IS NULL THEN NULL ELSE printf('%016x', s.parent_id) END AS parent_id,
(SELECT value FROM strings WHERE id = s.service) AS service, (SELECT value FROM strings WHERE id = s.name) AS name, s.kind,
CASE s.status WHEN 0 THEN 'unset' WHEN 1 THEN 'ok' ELSE 'error' END AS status, s.status_message,
(SELECT value FROM strings WHERE id = s.error_type) AS error_type, (SELECT value FROM strings WHERE id = s.tenant) AS tenant,
(SELECT json_group_object(k.value, json(CASE v.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'array' THEN v.value WHEN 'object' THEN v.value ELSE json_quote(v.value) END))
   FROM shapes h, json_each(h.keys) k JOIN json_each(s.attributes) v ON v.key = k.key WHERE h.id = s.shape) AS attributes, 1 FROM canonical_lines s;
CREATE VIEW http_request_logs AS
    SELECT strftime('%Y-%m-%dT%H:%M:%fZ', (s.id - s.skew) / 1e9, 'unixepoch') AS time, s.duration / 1e6 AS duration_ms,
printf('%016x%016x', s.trace_hi, s.trace_lo) AS trace_id, printf('%016x', s.span_id) AS span_id,
CASE WHEN s.parent_id IS NULL THEN NULL ELSE printf('%016x', s.parent_id) END AS parent_id,
(SELECT value FROM strings WHERE id = s.service) AS service, (SELECT value FROM strings WHERE id = s.name) AS name, s.kind,
CASE s.status WHEN 0 THEN 'unset' WHEN 1 THEN 'ok' ELSE 'error' END AS status, s.status_message,
(SELECT value FROM strings WHERE id = s.error_type) AS error_type, (SELECT value FROM strings WHERE id = s.tenant) AS tenant,
(SELECT json_group_object(k.value, json(CASE v.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' WHEN 'array' THEN v.value WHEN 'object' THEN v.value ELSE json_quote(v.value) END))
   FROM shapes h, json_each(h.keys) k JOIN json_each(s.attributes) v ON v.key = k.key WHERE h.id = s.shape) AS attributes, (SELECT value FROM strings WHERE id = s.method) AS method, (SELECT value FROM strings WHERE id = s.route) AS route,
        s.status_code, (SELECT value FROM strings WHERE id = s.outcome) AS outcome, (SELECT value FROM strings WHERE id = s.surface) AS surface,
        (SELECT value FROM strings WHERE id = s.error_code) AS error_code, s.correlation_id, (SELECT value FROM strings WHERE id = s.user) AS user
    FROM canonical_lines s WHERE s.line_kind = 0;
CREATE VIEW log_records AS
    SELECT strftime('%Y-%m-%dT%H:%M:%fZ', (l.id - l.skew) / 1e9, 'unixepoch') AS time,
        CASE l.level WHEN 0 THEN 'trace' WHEN 1 THEN 'debug' WHEN 2 THEN 'info' WHEN 3 THEN 'warn' WHEN 4 THEN 'error' ELSE 'critical' END AS level,
        (SELECT value FROM strings WHERE id = l.service) AS service, (SELECT value FROM strings WHERE id = l.category) AS category, l.message,
        l.exception, CASE WHEN l.trace_hi IS NULL THEN NULL ELSE printf('%016x%016x', l.trace_hi, l.trace_lo) END AS trace_id,
        l.correlation_id, (SELECT value FROM strings WHERE id = l.tenant) AS tenant
    FROM logs l;
CREATE VIEW causes AS
    SELECT printf('%016x%016x', trace_hi, trace_lo) AS trace_id, printf('%016x', span_id) AS span_id,
        printf('%016x%016x', linked_hi, linked_lo) AS cause_trace_id, printf('%016x', linked_span_id) AS cause_span_id FROM span_links;
PRAGMA user_version=1;
