import { part } from '../part.ts';

/** Why a request is not served, whatever it asks for. */
export const requestsSaid = part(
  {
    'refused.key.one-client': {},
    'refused.key.no-person': {},
    'refused.key.header': {},
    'refused.key.dead': {},
    'refused.origin.missing': {},
    'refused.origin.foreign': {},
    'refused.no-dashboard': {},
    'refused.pages': {},
    'refused.request.slow': {},
    'refused.request.no-json': {},
    'refused.request.unreadable': {},
    'refused.request.no-http': {},
    'refused.cursor': {},
    'refused.attempts': { seconds: 'count' },
    'refused.range.order': {},
    'refused.range.past': { year: 'digits' },
    'refused.range.future': { from: 'instant' },
    'refused.range.time': { parameter: 'name' },
    'refused.range.step': {},
    'refused.range.steps': { most: 'number', leastSeconds: 'exact' },
    'refused.whole-number': { field: 'name', most: 'exact' },
  },
  {
    en: {
      'refused.key.one-client': 'This key is limited to one client; the request is about all of them.',
      'refused.key.no-person': 'An API key has none of this: log in as the person it is about.',
      'refused.key.header': 'Send the API key as: Authorization: Bearer KEY',
      'refused.key.dead': 'The API key is wrong, has expired or was revoked.',
      'refused.origin.missing': 'A request with a session cookie must carry the Origin header.',
      'refused.origin.foreign':
        'The Origin of the request is not an address of this server. Open the dashboard by its own address, or set VIGIA_PUBLIC_URL to the one you use.',
      'refused.no-dashboard': 'The dashboard is not built. Build it with: npm run build',
      'refused.pages': 'Too many pages are open. Close some, or retry in a moment.',
      'refused.request.slow': 'The server did not finish the request in time. Retry it later.',
      'refused.request.no-json': 'Send the body as JSON, with Content-Type: application/json.',
      'refused.request.unreadable': 'The request is malformed: its address, headers or JSON cannot be read.',
      'refused.request.no-http': 'This is not an HTTP request, or it came too slowly.',
      'refused.cursor': 'The cursor is not one of this list. Start again without it.',
      'refused.attempts': (p) => `Too many attempts. Wait ${p.seconds} s and retry.`,
      'refused.range.order': 'The query parameter "from" must be before "to".',
      'refused.range.past': (p) =>
        `The range ends in ${p.year}, long before anything was measured. A time as a number is in milliseconds, not in seconds.`,
      'refused.range.future': (p) => `The range begins in the future (${p.from}), where nothing is measured yet.`,
      'refused.range.time': (p) =>
        `The query parameter "${p.parameter}" must be a time such as 2026-03-01T12:00:00Z, or milliseconds since 1970.`,
      'refused.range.step': 'The query parameter "step" must be a duration such as 60s, 5m or 60000.',
      'refused.range.steps': (p) =>
        `The range has more than ${p.most} steps. Narrow it, or use a step of at least ${p.leastSeconds}s.`,
      'refused.whole-number': (p) => `${p.field} must be a whole number from 1 to ${p.most}.`,
    },
  },
);
