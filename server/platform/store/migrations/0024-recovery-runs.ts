/** What points stand on and what became of them; runs as they were told, and the secret addresses by which they are. */
export const recoveryRuns = `
ALTER TABLE recovery_point ADD COLUMN verified_at INTEGER;
ALTER TABLE recovery_point ADD COLUMN gone_at INTEGER;
ALTER TABLE recovery_point ADD COLUMN kind TEXT NOT NULL DEFAULT 'full';
ALTER TABLE recovery_point ADD COLUMN follows TEXT;
ALTER TABLE recovery_point ADD COLUMN place TEXT;
ALTER TABLE recovery_point ADD COLUMN told_by TEXT NOT NULL DEFAULT '';
CREATE INDEX recovery_point_follows ON recovery_point (plan_id, follows) WHERE follows IS NOT NULL;
CREATE TABLE recovery_ping (
  plan_id TEXT PRIMARY KEY REFERENCES recovery_plan(id),
  client_id TEXT NOT NULL REFERENCES client(id),
  secret_hash BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  expires_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE recovery_run (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  plan_id TEXT NOT NULL REFERENCES recovery_plan(id),
  client_id TEXT NOT NULL REFERENCES client(id),
  name TEXT,
  started_at INTEGER,
  ended_at INTEGER,
  noted_at INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  exit_code INTEGER,
  size_bytes INTEGER,
  told_by TEXT NOT NULL,
  point_id TEXT
) STRICT;
CREATE INDEX recovery_run_plan ON recovery_run (plan_id, id);
CREATE INDEX recovery_run_noted ON recovery_run (noted_at);
`;
