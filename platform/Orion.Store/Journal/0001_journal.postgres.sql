-- Facts, for ever. Many write at the same time: a position is made of its transaction's number, so those who follow it ask for settled ones.
CREATE FUNCTION is_json_object(value text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  RETURN json_typeof(value::json) = 'object';
EXCEPTION WHEN invalid_text_representation THEN
  RETURN false;
END
$$;

CREATE TABLE journal (
  position BIGINT PRIMARY KEY,
  occurred_at BIGINT NOT NULL,
  type TEXT NOT NULL CONSTRAINT a_fact_has_a_type CHECK (type <> ''),
  subject TEXT COLLATE "C" NOT NULL CONSTRAINT a_subject_is_kind_and_id CHECK (subject LIKE '_%/_%'),
  tenant_id TEXT,
  data TEXT NOT NULL CONSTRAINT data_is_a_json_object CHECK (is_json_object(data)),
  trace_id TEXT,
  correlation_id TEXT
);

CREATE INDEX journal_by_subject ON journal (subject, position);

CREATE FUNCTION refuse_journal_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the journal is append-only';
END
$$;

CREATE TRIGGER journal_is_not_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
FOR EACH STATEMENT EXECUTE FUNCTION refuse_journal_change();
