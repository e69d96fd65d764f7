/** What people decided on settings; each row is a version, and none is ever changed. `policy` is a `policyId` of server/domain/policies. */
export const policies = `
CREATE TABLE policy_version (
  version INTEGER PRIMARY KEY AUTOINCREMENT,
  policy TEXT NOT NULL,
  client_id TEXT REFERENCES client(id),
  rank INTEGER NOT NULL,
  values_json TEXT,
  from_ms INTEGER NOT NULL,
  by_id TEXT NOT NULL,
  by_name TEXT NOT NULL
) STRICT;
CREATE INDEX policy_version_policy ON policy_version (policy, version);
`;
