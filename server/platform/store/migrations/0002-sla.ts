/** What proves the SLA: contracts, maintenance, checks and services, who said what of the past, and who is told. */
export const sla = `
ALTER TABLE client ADD COLUMN remote_url TEXT;
ALTER TABLE client ADD COLUMN report_key_hash BLOB;
ALTER TABLE site ADD COLUMN card_json TEXT NOT NULL DEFAULT '{}';
ALTER TABLE device ADD COLUMN tags_json TEXT NOT NULL DEFAULT '[]';
ALTER TABLE device ADD COLUMN remote_url TEXT;
ALTER TABLE device ADD COLUMN expected_hours INTEGER NOT NULL DEFAULT 0 CHECK (expected_hours IN (0, 1));
ALTER TABLE incident ADD COLUMN source TEXT NOT NULL DEFAULT 'rule' CHECK (source IN ('rule', 'person'));
ALTER TABLE incident ADD COLUMN service_id TEXT;
ALTER TABLE incident ADD COLUMN parent_id TEXT REFERENCES incident (id);
ALTER TABLE incident ADD COLUMN suppressed_by TEXT;
ALTER TABLE incident ADD COLUMN clock_json TEXT;
CREATE TABLE device_placement (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id TEXT NOT NULL,
  device_id TEXT NOT NULL,
  until_ms INTEGER NOT NULL,
  site_id TEXT NOT NULL,
  tags_json TEXT NOT NULL,
  FOREIGN KEY (device_id, client_id) REFERENCES device (id, client_id)
) STRICT;
CREATE INDEX device_placement_by_device ON device_placement (device_id, id);
CREATE INDEX incident_by_parent ON incident (parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE contract_version (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES client (id),
  version INTEGER NOT NULL CHECK (version >= 1),
  effective_at INTEGER NOT NULL,
  terms_json TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  UNIQUE (client_id, version)
) STRICT;
CREATE TRIGGER contract_version_is_never_changed BEFORE UPDATE ON contract_version BEGIN SELECT RAISE(ABORT, 'a version of a contract is never changed'); END;

CREATE TABLE maintenance_window (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES client (id),
  document_json TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  cancelled_at INTEGER
) STRICT;
CREATE INDEX maintenance_window_by_client ON maintenance_window (client_id, created_at, id);

CREATE TABLE maintenance_edit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id TEXT NOT NULL REFERENCES client (id),
  window_id TEXT NOT NULL REFERENCES maintenance_window (id),
  at INTEGER NOT NULL,
  by_user TEXT NOT NULL,
  document_json TEXT NOT NULL
) STRICT;
CREATE INDEX maintenance_edit_by_window ON maintenance_edit (window_id, id);

CREATE TABLE maintenance_run (
  window_id TEXT NOT NULL REFERENCES maintenance_window (id),
  client_id TEXT NOT NULL REFERENCES client (id),
  started_at INTEGER NOT NULL,
  told_json TEXT NOT NULL,
  devices_json TEXT NOT NULL,
  ended_at INTEGER,
  finished_at INTEGER,
  PRIMARY KEY (window_id, started_at)
) STRICT;
CREATE INDEX maintenance_run_unfinished ON maintenance_run (client_id) WHERE finished_at IS NULL;

CREATE TABLE check_definition (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES client (id),
  device_id TEXT,
  name TEXT NOT NULL,
  document_json TEXT NOT NULL,
  state_json TEXT NOT NULL DEFAULT '{}',
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  removed_at INTEGER,
  UNIQUE (id, client_id),
  FOREIGN KEY (device_id, client_id) REFERENCES device (id, client_id)
) STRICT;
CREATE INDEX check_definition_by_client ON check_definition (client_id, created_at, id);

CREATE TABLE check_interval (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id TEXT NOT NULL,
  check_id TEXT NOT NULL,
  start_ms INTEGER NOT NULL,
  end_ms INTEGER NOT NULL CHECK (end_ms > start_ms),
  state TEXT NOT NULL CHECK (state IN ('up', 'down', 'excluded', 'unknown')),
  reason TEXT NOT NULL,
  evidence_json TEXT NOT NULL,
  revised INTEGER NOT NULL CHECK (revised IN (0, 1)),
  FOREIGN KEY (check_id, client_id) REFERENCES check_definition (id, client_id)
) STRICT;
CREATE UNIQUE INDEX check_interval_by_start ON check_interval (check_id, start_ms);

CREATE TABLE service (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES client (id),
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  removed_at INTEGER,
  UNIQUE (id, client_id),
  UNIQUE (client_id, slug)
) STRICT;

CREATE TABLE service_version (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id TEXT NOT NULL,
  service_id TEXT NOT NULL,
  effective_at INTEGER NOT NULL,
  document_json TEXT NOT NULL,
  created_by TEXT NOT NULL,
  FOREIGN KEY (service_id, client_id) REFERENCES service (id, client_id)
) STRICT;
CREATE INDEX service_version_by_service ON service_version (service_id, id);

CREATE TABLE attestation (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL,
  device_id TEXT NOT NULL,
  from_ms INTEGER NOT NULL,
  to_ms INTEGER NOT NULL CHECK (to_ms > from_ms),
  verdict TEXT NOT NULL CHECK (verdict IN ('up', 'down')),
  why TEXT NOT NULL,
  at INTEGER NOT NULL,
  by_user TEXT NOT NULL,
  withdrawn_at INTEGER,
  withdrawn_by TEXT,
  FOREIGN KEY (device_id, client_id) REFERENCES device (id, client_id)
) STRICT;
CREATE INDEX attestation_by_device ON attestation (device_id, from_ms);

CREATE TABLE ledger_revision (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id TEXT NOT NULL REFERENCES client (id),
  subject_kind TEXT NOT NULL CHECK (subject_kind IN ('device', 'check')),
  subject_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  by_user TEXT NOT NULL,
  why TEXT NOT NULL,
  from_ms INTEGER NOT NULL,
  to_ms INTEGER NOT NULL,
  before_json TEXT NOT NULL,
  after_json TEXT NOT NULL
) STRICT;
CREATE INDEX ledger_revision_by_subject ON ledger_revision (subject_id, from_ms);
CREATE TRIGGER ledger_revision_is_never_changed BEFORE UPDATE ON ledger_revision BEGIN SELECT RAISE(ABORT, 'a revision of the ledger is never changed'); END;
CREATE TRIGGER ledger_revision_is_never_deleted BEFORE DELETE ON ledger_revision BEGIN SELECT RAISE(ABORT, 'a revision of the ledger is never deleted'); END;

CREATE TABLE blindness (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  site_id TEXT,
  client_id TEXT,
  start_ms INTEGER NOT NULL,
  end_ms INTEGER,
  reason TEXT NOT NULL,
  evidence_json TEXT NOT NULL
) STRICT;
CREATE INDEX blindness_by_start ON blindness (start_ms);

CREATE TABLE person_report (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES client (id),
  site_id TEXT,
  device_id TEXT,
  service_id TEXT,
  reported_at INTEGER NOT NULL,
  reporter TEXT NOT NULL,
  via TEXT NOT NULL CHECK (via IN ('technician', 'portal', 'api')),
  text TEXT NOT NULL,
  about_infrastructure INTEGER NOT NULL CHECK (about_infrastructure IN (0, 1)),
  incident_id TEXT REFERENCES incident (id),
  lead_ms INTEGER,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL
) STRICT;
CREATE INDEX person_report_by_client ON person_report (client_id, reported_at, id);
CREATE INDEX person_report_by_incident ON person_report (incident_id);

CREATE TABLE receiver (
  id TEXT PRIMARY KEY,
  client_id TEXT REFERENCES client (id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  document_json TEXT NOT NULL,
  secrets_sealed BLOB,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  removed_at INTEGER
) STRICT;

CREATE TABLE delivery (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  outbox_id INTEGER NOT NULL REFERENCES outbox (id),
  receiver_id TEXT NOT NULL,
  recipient TEXT NOT NULL DEFAULT '',
  subject TEXT,
  is_digest INTEGER NOT NULL CHECK (is_digest IN (0, 1)),
  is_urgent INTEGER NOT NULL CHECK (is_urgent IN (0, 1)),
  bundle TEXT,
  first_due_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  delivered_at INTEGER,
  given_up_at INTEGER,
  last_error TEXT,
  UNIQUE (outbox_id, receiver_id, recipient)
) STRICT;
CREATE INDEX delivery_by_subject ON delivery (receiver_id, subject) WHERE delivered_at IS NULL AND given_up_at IS NULL;
CREATE INDEX delivery_by_end ON delivery (receiver_id, delivered_at);
CREATE INDEX delivery_due ON delivery (receiver_id, due_at) WHERE delivered_at IS NULL AND given_up_at IS NULL;
`;
