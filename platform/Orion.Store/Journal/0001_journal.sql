-- Facts, for ever. There is one writer at a time, so the order of positions is the order of commits, without gaps.
CREATE TABLE journal (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  occurred_at INTEGER NOT NULL,
  type TEXT NOT NULL CONSTRAINT a_fact_has_a_type CHECK (type <> ''),
  subject TEXT NOT NULL CONSTRAINT a_subject_is_kind_and_id CHECK (subject LIKE '_%/_%'),
  tenant_id TEXT,
  data TEXT NOT NULL CONSTRAINT data_is_a_json_object CHECK (json_valid(data) AND json_type(data) = 'object'),
  trace_id TEXT,
  correlation_id TEXT
);

CREATE INDEX journal_by_subject ON journal (subject, position);

CREATE TRIGGER journal_is_not_updated BEFORE UPDATE ON journal
BEGIN
  SELECT RAISE(ABORT, 'the journal is append-only');
END;

CREATE TRIGGER journal_is_not_deleted BEFORE DELETE ON journal
BEGIN
  SELECT RAISE(ABORT, 'the journal is append-only');
END;
