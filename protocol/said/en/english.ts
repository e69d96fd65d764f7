import { facts } from '../facts.ts';
import { featureWords } from '../features.ts';
import type { WordsOf } from '../part.ts';
import type { Catalogue } from '../word.ts';
import { auditWords } from './audit.ts';
import { checkWords } from './checks.ts';
import { clockWords } from './clocks.ts';
import { incidentWords } from './incidents.ts';
import { ledgerWords } from './ledger.ts';
import { messageWords } from './messages.ts';
import { presenceWords } from './presence.ts';
import { ruleWords } from './rules.ts';
import { serverWords } from './server.ts';

const words: WordsOf<typeof facts> = {
  text: (p) => p.text,
  unknown: (p) => (p.params.length > 0 ? `${p.key} (${p.params.join(', ')})` : p.key),
  ...ruleWords,
  ...presenceWords,
  ...checkWords,
  ...serverWords,
  ...incidentWords,
  ...clockWords,
  ...ledgerWords,
  ...featureWords,
  ...messageWords,
  ...auditWords,
};

/** What is said of things. */
export const english: Catalogue = {
  // Lists without a comma before `and`, 24 hours a day, and the day before the month.
  tag: 'en-GB',
  signs: { day: 'd', hour: 'h', minute: 'min', second: 's', millisecond: 'ms', byte: 'B' },
  facts,
  words,
};
