/**
 * Who made the link of a client's report page, who keeps it since, when it was used last and when it ends. Of links that are there the
 * audit log knows the maker.
 */
export const reportLinkMaker = `
ALTER TABLE client ADD COLUMN report_key_at INTEGER;
ALTER TABLE client ADD COLUMN report_key_by TEXT;
ALTER TABLE client ADD COLUMN report_key_kept_by TEXT;
ALTER TABLE client ADD COLUMN report_key_used_at INTEGER;
ALTER TABLE client ADD COLUMN report_key_expires_at INTEGER;
UPDATE client SET
  report_key_at = coalesce(
    (SELECT at FROM audit WHERE action = 'client.report-link' AND subject = client.id ORDER BY id DESC LIMIT 1), created_at),
  report_key_by = coalesce(
    (SELECT actor FROM audit WHERE action = 'client.report-link' AND subject = client.id ORDER BY id DESC LIMIT 1), 'server')
WHERE report_key_hash IS NOT NULL;
`;
