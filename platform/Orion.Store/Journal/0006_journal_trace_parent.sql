-- The span that a fact was told in, not its trace alone: who reacts to the fact links to it. Null for facts from before this step.
ALTER TABLE journal ADD COLUMN trace_parent TEXT;
