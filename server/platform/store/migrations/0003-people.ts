/** How people prove who they are, and what is left behind by those who go. */
export const people = `
ALTER TABLE api_key ADD COLUMN expires_at INTEGER;
ALTER TABLE api_key ADD COLUMN kept_by TEXT;
ALTER TABLE enrolment_token ADD COLUMN last_used_at INTEGER;
ALTER TABLE enrolment_token ADD COLUMN kept_by TEXT;

CREATE TABLE known_place (
  hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
  user_id TEXT NOT NULL REFERENCES user (id),
  kind TEXT NOT NULL CHECK (kind IN ('browser', 'address')),
  last_seen_at INTEGER NOT NULL
) STRICT;
CREATE INDEX known_place_by_user ON known_place (user_id, kind, last_seen_at);

CREATE TABLE password_reset (
  id TEXT PRIMARY KEY,
  secret_hash BLOB NOT NULL UNIQUE,
  user_id TEXT NOT NULL REFERENCES user (id),
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE INDEX password_reset_by_user ON password_reset (user_id);
`;
