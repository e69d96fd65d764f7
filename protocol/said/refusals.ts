import { accessRefusals } from '../features/access/refusals.ts';
import { auditRefusals } from '../features/audit/refusals.ts';
import { availabilityRefusals } from '../features/availability/refusals.ts';
import { contractRefusals } from '../features/contracts/refusals.ts';
import { termsSaid } from '../features/contracts/terms.ts';
import { deviceRefusals } from '../features/devices/refusals.ts';
import { incidentRefusals } from '../features/incidents/refusals.ts';
import { maintenanceRefusals } from '../features/maintenance/refusals.ts';
import { recoveryRefusals } from '../features/recovery/refusals.ts';
import { serviceRefusals } from '../features/services/refusals.ts';
import { settingsRefusals } from '../features/settings/refusals.ts';
import { tellingRefusals } from '../features/telling/refusals.ts';
import { ticketRefusals } from '../features/tickets/refusals.ts';
import { twinRefusals } from '../features/twins/refusals.ts';
import type { FactsOf, SaidPart, WordsOf } from './part.ts';
import { codesSaid } from './refusals/codes.ts';
import { commandLineSaid } from './refusals/command-line.ts';
import { fieldsSaid } from './refusals/fields.ts';
import { requestsSaid } from './refusals/requests.ts';
import { storedSaid } from './refusals/stored.ts';
import { thingsSaid } from './refusals/things.ts';
import { trustSaid } from './refusals/trust.ts';
import { together } from './together.ts';

/**
 * What errors and warnings say, a line for each part. Pages fetch these words when they meet the first of them (`dashboard/words/said.ts`):
 * what everybody loads holds what is said of things.
 */
const lines = [
  codesSaid,
  commandLineSaid,
  fieldsSaid,
  requestsSaid,
  storedSaid,
  thingsSaid,
  trustSaid,
  accessRefusals,
  auditRefusals,
  availabilityRefusals,
  contractRefusals,
  termsSaid,
  deviceRefusals,
  incidentRefusals,
  maintenanceRefusals,
  recoveryRefusals,
  serviceRefusals,
  settingsRefusals,
  tellingRefusals,
  ticketRefusals,
  twinRefusals,
  // The newest stands last.
] as const satisfies readonly SaidPart[];

type RefusalFacts = FactsOf<typeof lines>;

export const refusalFacts: RefusalFacts = together(lines.map(({ facts }: SaidPart) => facts));
export const refusalWords: WordsOf<RefusalFacts> = together(lines.map(({ en }: SaidPart) => en));
