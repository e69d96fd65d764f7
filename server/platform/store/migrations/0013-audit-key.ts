/**
 * The audit log is chained with a key. What is older is sealed once, by a row that says how much there was: since then nobody without
 * the key can change it either. Indexes for looking things up.
 */
export const auditKey = `
ALTER TABLE audit ADD COLUMN key_id TEXT;
INSERT INTO audit (id, at, actor, action, subject, detail_json, previous_hash, key_id, hash)
SELECT id, at, 'server', 'audit.seal', 'before', detail_json, previous_hash, audit_key(),
  audit_mac(id, at, 'server', 'audit.seal', 'before', detail_json, previous_hash)
FROM (
  SELECT id + 1 AS id, CAST(unixepoch('subsec') * 1000 AS INTEGER) AS at, hash AS previous_hash,
    json_object('entries', id, 'head', lower(hex(hash))) AS detail_json
  FROM audit ORDER BY id DESC LIMIT 1
);
CREATE INDEX audit_by_actor ON audit (actor, id);
CREATE INDEX audit_by_action ON audit (action, id);
CREATE INDEX audit_by_subject ON audit (subject, id);
CREATE INDEX audit_by_time ON audit (at, id);
`;
