/** How often an incident came and went lately: a `FlapMemory` of server/domain/flapping.ts. */
export const flapping = `
ALTER TABLE incident ADD COLUMN flap_json TEXT;
`;
