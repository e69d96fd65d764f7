import { auditFacts } from './facts/audit.ts';
import { checkFacts } from './facts/checks.ts';
import { clockFacts } from './facts/clocks.ts';
import { incidentFacts } from './facts/incidents.ts';
import { ledgerFacts } from './facts/ledger.ts';
import { messageFacts } from './facts/messages.ts';
import { presenceFacts } from './facts/presence.ts';
import { ruleFacts } from './facts/rules.ts';
import { serverFacts } from './facts/server.ts';
import { featureFacts } from './features.ts';

/** Everything that is said, with its parameters. Each language has words for all of it (`en/`), or does not pass the check of types. */
export const facts = {
  /** What a person typed, and old sentences. */
  text: { text: 'typed' },
  /** What this version cannot read: shown as it is. */
  unknown: { key: 'name', params: 'names' },
  ...ruleFacts,
  ...presenceFacts,
  ...checkFacts,
  ...serverFacts,
  ...incidentFacts,
  ...clockFacts,
  ...ledgerFacts,
  ...featureFacts,
  ...messageFacts,
  ...auditFacts,
} as const;
