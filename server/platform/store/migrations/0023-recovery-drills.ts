/** Restores that were tried, and how often one is wanted; `document_json` is a `DrillTarget` of protocol/api/drills.ts. */
export const recoveryDrills = `
CREATE TABLE recovery_drill (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES client(id),
  plan_id TEXT NOT NULL REFERENCES recovery_plan(id),
  scope TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER NOT NULL,
  result TEXT NOT NULL,
  restored_bytes INTEGER,
  files INTEGER,
  first_difference TEXT,
  evidence TEXT NOT NULL,
  recorded_at INTEGER NOT NULL,
  by_user TEXT NOT NULL,
  by_name TEXT NOT NULL
) STRICT;
CREATE INDEX recovery_drill_plan ON recovery_drill (plan_id, started_at);
CREATE TABLE recovery_drill_target (
  plan_id TEXT PRIMARY KEY REFERENCES recovery_plan(id),
  client_id TEXT NOT NULL REFERENCES client(id),
  document_json TEXT NOT NULL,
  set_at INTEGER NOT NULL,
  set_by TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;
