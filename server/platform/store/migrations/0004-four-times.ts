/**
 * The four times of an incident, notes that the client can see, and whose fault attested time is. What is known of old incidents is filled in: who acknowledged
 * stopped the clock if it was a person, and what nobody had taken or resolved ended by itself. Clocks stay as they are.
 */
export const fourTimes = `
ALTER TABLE incident ADD COLUMN taken_at INTEGER;
ALTER TABLE incident ADD COLUMN responded_at INTEGER;
ALTER TABLE incident ADD COLUMN responded_by TEXT;
ALTER TABLE incident ADD COLUMN on_site_at INTEGER;
ALTER TABLE incident ADD COLUMN on_site_by TEXT;
ALTER TABLE incident ADD COLUMN recovered INTEGER NOT NULL DEFAULT 0 CHECK (recovered IN (0, 1));
ALTER TABLE incident_event ADD COLUMN client_visible INTEGER NOT NULL DEFAULT 0 CHECK (client_visible IN (0, 1));
ALTER TABLE attestation ADD COLUMN responsibility TEXT CHECK (responsibility IN ('us', 'client', 'internet_line', 'power', 'supplier', 'force_majeure'));
ALTER TABLE attestation ADD COLUMN evidence TEXT NOT NULL DEFAULT '';
CREATE INDEX incident_event_visible ON incident_event (client_id, at) WHERE client_visible = 1;
UPDATE incident SET taken_at = acknowledged_at
  WHERE acknowledged_at IS NOT NULL AND (clock_json IS NULL OR json_extract(clock_json, '$.respondedAt') IS NOT NULL);
UPDATE incident SET on_site_at = json_extract(clock_json, '$.onSite.arrivedAt')
  WHERE clock_json IS NOT NULL AND json_extract(clock_json, '$.onSite.arrivedAt') IS NOT NULL;
UPDATE incident SET recovered = 1
  WHERE state = 'resolved' AND taken_at IS NULL AND EXISTS (
    SELECT 1 FROM incident_event
    WHERE incident_event.incident_id = incident.id AND incident_event.kind = 'resolved'
      AND incident_event.at = incident.resolved_at AND incident_event.by_user IS NULL);
`;
