import { part } from '../../said/part.ts';

/** Why a machine stays as it is, and what is not read of it. */
export const deviceRefusals = part(
  {
    'refused.device.nothing': {},
    'refused.client.nothing': {},
    'refused.tag.bad': { tag: 'text', most: 'count' },
    'refused.tag.twice': { tag: 'name' },
    'refused.unready': { failing: 'names' },
    'refused.series.none': {},
    'refused.series.unknown': { metric: 'name', device: 'name?', of: ['device', 'all'], named: 'names', more: 'flag' },
    'refused.series.unsuited': { metric: 'name', kind: ['gauge', 'counter'] },
    'refused.series.across': { parameter: 'name', across: 'name' },
    'refused.series.bounds': { most: 'count' },
  },
  {
    en: {
      'refused.device.nothing': 'Send at least one of "name", "siteId", "tags", "remoteUrl" and "expectedHours".',
      'refused.client.nothing': 'Send "name", "remoteUrl" or both.',
      'refused.tag.bad': (p) =>
        `The tag "${p.tag}" cannot be used. A tag has at most ${p.most} small letters and digits, with single dots, dashes or underscores between them.`,
      'refused.tag.twice': (p) => `The tag "${p.tag}" is there twice.`,
      'refused.unready': (p) =>
        `The server runs, but fails at ${p.failing.join(' and ')}. The dashboard and the log say why.`,
      'refused.series.none': 'No machine fits what was asked for.',
      'refused.series.unknown': (p) => {
        const start = p.of === 'device' ? `${p.device ?? 'It'} reports no` : 'None of these machines reports a';
        const them = p.of === 'device' ? 'It reports' : 'They report';
        const hint = p.named.length === 0 ? '' : ` ${them} ${p.named.join(', ')}${p.more ? ' and more' : ''}.`;
        return `${start} metric "${p.metric}".${hint}`;
      },
      'refused.series.unsuited': (p) =>
        p.kind === 'gauge'
          ? `"${p.metric}" goes up and down, so it has no rate. Ask for mean, min, max, p95 or last.`
          : `"${p.metric}" is a counter, which only grows. Ask for its rate, or for the last reading.`,
      'refused.series.across': (p) => `The query parameter "${p.parameter}" goes with across=${p.across} only.`,
      'refused.series.bounds': (p) =>
        `The query parameter "bounds" must be 1 to ${p.most} growing numbers with commas between them, such as 0.5,0.8,0.95.`,
    },
  },
);
