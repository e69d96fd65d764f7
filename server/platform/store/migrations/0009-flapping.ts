/** How often an incident came and went lately: a `FlapMemory` of server/domain/incidents/flapping.ts. */
export const flapping = `
ALTER TABLE incident ADD COLUMN flap_json TEXT;
`;
