import type { Facts } from '../kinds.ts';

/** What happens to incidents, and what people say of them. */
export const incidentFacts = {
  /** Somebody did it and said no more. */
  nothing: {},
  flapping: { headline: 'said', changes: 'count', results: 'count', ratio: 'ratio' },
  'flapping.over': { headline: 'said' },
  'flapping.calm': { headline: 'said' },
  'explained.site': {},
  'explained.power': {},
  'explained.disk': {},
  'explained.service': { service: 'name' },
  'explained.server': {},
  'explained.over': {},
  reminder: { openMs: 'duration' },
  assigned: { to: 'name?' },
  'report.headline': { reporter: 'name', text: 'text' },
  'report.attached': { reporter: 'name', at: 'instant', text: 'text' },
  'report.other': { headline: 'said' },
  'report.match': {
    place: ['device', 'service', 'near', 'site', 'client'],
    time: ['before', 'during', 'after'],
    byMs: 'duration',
  },
  'report.taken': { knownSince: 'instant?' },
  'priority.set': { from: 'name', to: 'name', why: 'text' },
  'identity.another': { device: 'name', address: 'name' },
  'identity.twin': { device: 'name', address: 'name' },
  'identity.calm': {},
  'identity.decided': {
    device: 'name',
    address: 'name?',
    others: 'names',
    keptReports: 'count?',
    droppedReports: 'count',
  },
} as const satisfies Facts;
