import { part } from '../../said/part.ts';

/** Why a check or a service is not taken. */
export const serviceRefusals = part(
  {
    'refused.check.who': {},
    'refused.check.needed': { service: 'name' },
    'refused.check.device': {},
    'refused.name.line': {},
    'refused.check.timeout': {},
    'refused.check.url': {},
    'refused.check.user': {},
    'refused.check.max': {},
    'refused.check.host': {},
    'refused.check.no-machine': {},
    'refused.check.private': { why: 'said' },
    'refused.checks.most': { most: 'exact' },
    'refused.checks.large': {},
    'refused.services.most': { most: 'exact' },
    'refused.service.client': {},
    'refused.service.device': {},
    'refused.service.check': {},
    'refused.service.twice': {},
    'refused.service.target': {},
  },
  {
    en: {
      'refused.check.who':
        'A check stays with its client and with who runs it, so that its past stays true. Make a new one.',
      'refused.check.needed': (p) => `The service "${p.service}" depends on this check. Take it out there first.`,
      'refused.check.device': 'The client has no such device.',
      'refused.name.line': 'A name is one line of text, without control characters.',
      'refused.check.timeout': 'The timeout is longer than the interval: a run must end before the next one begins.',
      'refused.check.url': 'The address must begin with http:// or https:// and name a host.',
      'refused.check.user':
        'An address with a name or a password in it would show them to everybody who sees the check. Leave them out.',
      'refused.check.max': 'A run ends at the timeout, so "maxMs" cannot be longer.',
      'refused.check.host': 'The host is a name or an IP address, without a port or a path.',
      'refused.check.no-machine':
        'Only the agent of a machine sees its processes and units: name the device that runs this check.',
      'refused.check.private': (p) =>
        `${p.why} The server checks public addresses only: let an agent at the site run this check.`,
      'refused.checks.most': (p) => `There are ${p.most} checks here already. Remove some.`,
      'refused.checks.large': 'The checks of this device do not fit into one plan. Shorten addresses and texts.',
      'refused.services.most': (p) => `The client has ${p.most} services already. Remove some.`,
      'refused.service.client': 'A service stays with its client. Make a new one for the other.',
      'refused.service.device': 'One of the devices is not one of this client.',
      'refused.service.check': 'One of the checks is not one of this client.',
      'refused.service.twice': 'A device or a check is named twice. Name each once.',
      'refused.service.target':
        'A target lies between 0 % and 100 %, both excluded: at 100 % there is no budget, and the first second breaches it. 99.9 % is 999000.',
    },
  },
);
