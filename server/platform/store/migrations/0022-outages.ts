/** How long it may take to be back, with the incident of what a plan of recovery protects. */
export const outages = `
ALTER TABLE incident ADD COLUMN outage_json TEXT;
CREATE INDEX incident_outage ON incident (id) WHERE outage_json IS NOT NULL;
`;
