import { part } from '../part.ts';

/** What somebody may ask for that is not there. */
const thingWords = {
  attestation: 'attestation',
  check: 'check',
  client: 'client',
  device: 'device',
  'client-device': 'device of this client',
  'retired-device': 'retired device',
  incident: 'incident',
  'client-incident': 'incident of this client',
  key: 'API key',
  machine: 'machine',
  policy: 'policy',
  receiver: 'receiver',
  'recovery-plan': 'recovery plan',
  report: 'report',
  service: 'service',
  'client-service': 'service of this client',
  site: 'site',
  'client-site': 'site of this client',
  token: 'enrolment token',
  user: 'user',
  window: 'maintenance window',
};

const things = Object.keys(thingWords) as readonly (keyof typeof thingWords)[];
export type Thing = (typeof things)[number];

/** That there is no such thing, or not for whoever asks. */
export const thingsSaid = part(
  { 'refused.no-such': { thing: things } },
  { en: { 'refused.no-such': (p) => `There is no such ${thingWords[p.thing]}.` } },
);
