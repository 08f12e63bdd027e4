-- Labels of projects. The slug is null until the worker has made it. Times are Unix milliseconds.
CREATE TABLE labels (
  id TEXT NOT NULL PRIMARY KEY,
  project_id TEXT NOT NULL,
  name TEXT NOT NULL,
  slug TEXT,
  created_at BIGINT NOT NULL
);

CREATE INDEX labels_by_project ON labels (project_id, id);
