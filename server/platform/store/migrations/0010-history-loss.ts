/**
 * Which hours of whom are gone from the series: facts, each told once. `told_at` is null until an incident has told of it. A device is null
 * where nobody can say whose hours they were, an end where nobody can say when it was.
 */
export const historyLoss = `
CREATE TABLE history_loss (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  client_id TEXT,
  device_id TEXT,
  kind TEXT NOT NULL CHECK (kind IN ('missing', 'older', 'set_aside', 'damaged')),
  from_ms INTEGER,
  to_ms INTEGER,
  found_at INTEGER NOT NULL,
  told_at INTEGER,
  CHECK ((client_id IS NULL) = (device_id IS NULL)),
  FOREIGN KEY (device_id, client_id) REFERENCES device (id, client_id)
) STRICT;
CREATE INDEX history_loss_by_end ON history_loss (to_ms);
`;
