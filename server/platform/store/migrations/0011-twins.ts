/** Machines that hold the key of a device and are not the one that is judged, and what they reported meanwhile. */
export const twins = `
CREATE TABLE twin (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES client(id),
  device_id TEXT NOT NULL REFERENCES device(id),
  role TEXT NOT NULL,
  facts_json TEXT NOT NULL,
  inventory_json TEXT
) STRICT;
CREATE INDEX twin_device ON twin (device_id);
CREATE TABLE twin_schema (
  twin_id TEXT NOT NULL REFERENCES twin(id) ON DELETE CASCADE,
  hash TEXT NOT NULL,
  frame BLOB NOT NULL,
  PRIMARY KEY (twin_id, hash)
) STRICT, WITHOUT ROWID;
CREATE TABLE twin_report (
  id INTEGER PRIMARY KEY,
  twin_id TEXT NOT NULL REFERENCES twin(id) ON DELETE CASCADE,
  run_id TEXT NOT NULL,
  boot_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  schema_hash TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  frame BLOB NOT NULL,
  UNIQUE (twin_id, run_id, sequence)
) STRICT;
`;
