/**
 * All tables of version 1. Foreign keys carry `client_id` along, so that the database itself refuses a row that ties two
 * clients together.
 */
export const initial = `
CREATE TABLE client (
  id TEXT PRIMARY KEY,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE site (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL REFERENCES client (id),
  slug TEXT NOT NULL,
  name TEXT NOT NULL COLLATE NOCASE,
  created_at INTEGER NOT NULL,
  UNIQUE (id, client_id),
  UNIQUE (client_id, slug),
  UNIQUE (client_id, name)
) STRICT;

CREATE TABLE enrolment_token (
  id TEXT PRIMARY KEY,
  secret_hash BLOB NOT NULL UNIQUE,
  client_id TEXT NOT NULL,
  site_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('server', 'workstation')),
  uses_left INTEGER NOT NULL CHECK (uses_left >= 0),
  expires_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  revoked_at INTEGER,
  FOREIGN KEY (site_id, client_id) REFERENCES site (id, client_id)
) STRICT;
CREATE INDEX enrolment_token_by_client ON enrolment_token (client_id, created_at, id);

CREATE TABLE device (
  id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL,
  site_id TEXT NOT NULL,
  slug TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('server', 'workstation')),
  public_key BLOB NOT NULL CHECK (length(public_key) = 32),
  machine_id TEXT NOT NULL,
  hostname TEXT NOT NULL,
  os TEXT NOT NULL,
  agent_version TEXT NOT NULL,
  token_id TEXT NOT NULL REFERENCES enrolment_token (id),
  enrolled_at INTEGER NOT NULL,
  retired_at INTEGER,
  inventory_json TEXT,
  inventory_at INTEGER,
  UNIQUE (id, client_id),
  UNIQUE (client_id, slug),
  FOREIGN KEY (site_id, client_id) REFERENCES site (id, client_id)
) STRICT;
CREATE UNIQUE INDEX device_by_key ON device (public_key) WHERE retired_at IS NULL;
CREATE INDEX device_by_any_key ON device (public_key, retired_at);
CREATE INDEX device_by_client ON device (client_id, enrolled_at, id);
CREATE INDEX device_by_site ON device (site_id);

CREATE TABLE device_state (
  device_id TEXT PRIMARY KEY,
  client_id TEXT NOT NULL,
  state_json TEXT NOT NULL,
  cursor INTEGER NOT NULL,
  saved_at INTEGER NOT NULL,
  FOREIGN KEY (device_id, client_id) REFERENCES device (id, client_id)
) STRICT;

CREATE TABLE presence_interval (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id TEXT NOT NULL,
  device_id TEXT NOT NULL,
  start_ms INTEGER NOT NULL,
  end_ms INTEGER NOT NULL CHECK (end_ms > start_ms),
  state TEXT NOT NULL CHECK (state IN ('up', 'down', 'excluded', 'unknown')),
  reason TEXT NOT NULL,
  evidence_json TEXT NOT NULL,
  revised INTEGER NOT NULL CHECK (revised IN (0, 1)),
  FOREIGN KEY (device_id, client_id) REFERENCES device (id, client_id)
) STRICT;
CREATE UNIQUE INDEX presence_interval_by_start ON presence_interval (device_id, start_ms);

CREATE TABLE user (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('admin', 'technician', 'viewer', 'metrics')),
  password_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  disabled_at INTEGER
) STRICT;
CREATE UNIQUE INDEX user_by_email ON user (email) WHERE disabled_at IS NULL;

CREATE TABLE incident (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL,
  client_id TEXT NOT NULL REFERENCES client (id),
  site_id TEXT,
  device_id TEXT,
  rule TEXT NOT NULL,
  object TEXT NOT NULL,
  priority TEXT NOT NULL CHECK (priority IN ('emergency', 'high', 'medium', 'normal')),
  state TEXT NOT NULL CHECK (state IN ('open', 'acknowledged', 'resolved')),
  sentence TEXT NOT NULL,
  evidence_json TEXT NOT NULL,
  onset_at INTEGER NOT NULL,
  opened_at INTEGER NOT NULL,
  acknowledged_at INTEGER,
  acknowledged_by TEXT,
  assignee_id TEXT REFERENCES user (id),
  resolved_at INTEGER,
  reopened_count INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  UNIQUE (id, client_id),
  FOREIGN KEY (site_id, client_id) REFERENCES site (id, client_id),
  FOREIGN KEY (device_id, client_id) REFERENCES device (id, client_id)
) STRICT;
CREATE UNIQUE INDEX incident_unresolved_by_key ON incident (key) WHERE state <> 'resolved';
CREATE INDEX incident_by_key ON incident (key, opened_at);
CREATE INDEX incident_by_state ON incident (state, resolved_at);
CREATE INDEX incident_by_client ON incident (client_id, opened_at, id);
CREATE INDEX incident_by_opening ON incident (opened_at, id);
CREATE INDEX incident_by_device ON incident (device_id, opened_at, id);

CREATE TABLE incident_event (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id TEXT NOT NULL,
  incident_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  by_user TEXT,
  text TEXT NOT NULL,
  FOREIGN KEY (incident_id, client_id) REFERENCES incident (id, client_id)
) STRICT;
CREATE INDEX incident_event_by_incident ON incident_event (incident_id, id);

CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id TEXT NOT NULL REFERENCES client (id),
  idempotency_key TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  payload_json TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  delivered_at INTEGER,
  last_error TEXT
) STRICT;
CREATE INDEX outbox_due ON outbox (due_at) WHERE delivered_at IS NULL;

CREATE TABLE session (
  id TEXT PRIMARY KEY,
  token_hash BLOB NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES user (id),
  created_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;
CREATE INDEX session_by_user ON session (user_id);

CREATE TABLE api_key (
  id TEXT PRIMARY KEY,
  secret_hash BLOB NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('admin', 'technician', 'viewer', 'metrics')),
  client_id TEXT REFERENCES client (id),
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  last_used_at INTEGER,
  revoked_at INTEGER
) STRICT;

CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value_json TEXT NOT NULL
) STRICT;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail_json TEXT NOT NULL,
  previous_hash BLOB NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
`;
