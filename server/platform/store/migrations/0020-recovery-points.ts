/** What backups left behind, as it was told; whether one counts is decided by server/domain/recovery. */
export const recoveryPoints = `
CREATE TABLE recovery_point (
  plan_id TEXT NOT NULL REFERENCES recovery_plan(id),
  client_id TEXT NOT NULL REFERENCES client(id),
  point_id TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  seen_at INTEGER NOT NULL,
  completeness TEXT NOT NULL,
  size_bytes INTEGER,
  PRIMARY KEY (plan_id, point_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX recovery_point_newest ON recovery_point (plan_id, started_at);
CREATE INDEX recovery_point_seen ON recovery_point (seen_at);
`;
