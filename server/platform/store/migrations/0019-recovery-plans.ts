/** What is protected and what is promised of it; a plan is never rewritten, a version counts until the next. */
export const recoveryPlans = `
CREATE TABLE recovery_plan (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES client(id),
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  removed_at INTEGER
) STRICT;
CREATE INDEX recovery_plan_client ON recovery_plan (client_id);
CREATE TABLE recovery_plan_version (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id TEXT NOT NULL REFERENCES client(id),
  plan_id TEXT NOT NULL REFERENCES recovery_plan(id),
  effective_at INTEGER NOT NULL,
  document_json TEXT NOT NULL,
  created_by TEXT NOT NULL
) STRICT;
CREATE INDEX recovery_plan_version_plan ON recovery_plan_version (plan_id, id);
`;
