import { part } from '../../said/part.ts';

/** What the audit log does not answer. */
export const auditRefusals = part(
  {
    'refused.audit.too-many': { most: 'exact' },
  },
  {
    en: {
      'refused.audit.too-many': (p) => `More than ${p.most} rows fit this search. Narrow the time.`,
    },
  },
);
