import { continuityItems } from '../../api/continuity-items.ts';
import { type DrillFailure, drillFailures } from '../../api/drill-failures.ts';
import { part } from '../../said/part.ts';

const failures: Readonly<Record<DrillFailure, string>> = {
  mismatch: 'what came back is not what was backed up',
  missing: 'something that was backed up did not come back',
  wrong_password: 'the password is wrong',
  no_room: 'there was no room for it',
  cut_off: 'it was cut off',
  failed: 'the restore failed',
};

const items: Readonly<Record<(typeof continuityItems)[number], string>> = {
  backup: 'backup',
  spare: 'spare part or machine',
  runbook: 'runbook',
  owner: 'owner',
  warranty: 'warranty',
  contact: 'person to call',
};

const between = (least: string, most: string): string => (least === most ? '' : ` (${least} to ${most})`);

/** How long it takes to be back: of an outage that goes on, as it was tried, and as it is forecast. */
export const recoveryTimesSaid = part(
  {
    'recovery.rto.running': { due: 'moment', rto: 'duration' },
    'recovery.rto.met': { took: 'duration', rto: 'duration' },
    'recovery.rto.breached': { due: 'instant', rto: 'duration', took: 'duration?' },
    'recovery.rto.at-risk': { plan: 'name', due: 'moment', rto: 'duration', restore: 'duration?' },
    'recovery.rto.broken': { plan: 'name', due: 'instant', rto: 'duration' },
    'recovery.rto.withdrawn': {},
    'recovery.rto.back': { plan: 'name', how: 'said' },
    'recovery.rto.partial': { plan: 'name', waiting: 'names' },
    'recovery.drill.proven': { at: 'moment', took: 'duration', scope: ['full', 'sample'] },
    'recovery.drill.failed': { at: 'moment', why: drillFailures },
    'recovery.drill.overdue': { last: 'moment?', age: 'duration' },
    'recovery.drill.of': { plan: 'name', how: 'said' },
    'recovery.drill.over': { how: ['done', 'not_wanted', 'changed', 'removed'] },
    'recovery.restore.predicted': { took: 'duration', least: 'duration', most: 'duration', rto: 'duration?' },
    'recovery.restore.impossible': { on: 'moment', earliest: 'moment?', latest: 'moment?', rto: 'duration' },
    'recovery.window.outgrown': { on: 'moment', window: 'duration', duration: 'duration' },
    'recovery.gap': { item: continuityItems, why: ['missing', 'expired', 'breached', 'unproven'] },
    'recovery.risk.accepted': { item: continuityItems, document: 'name', until: 'date?' },
  },
  {
    en: {
      'recovery.rto.running': (p) =>
        p.due.isPast
          ? `The RTO of ${p.rto} ended at ${p.due.at}`
          : `${p.due.span} left to be back in full, by ${p.due.at} (RTO ${p.rto})`,
      'recovery.rto.met': (p) => `Back in full after ${p.took}, within the RTO of ${p.rto}`,
      'recovery.rto.breached': (p) =>
        p.took === null
          ? `The RTO of ${p.rto} is breached since ${p.due}`
          : `Back in full after ${p.took}; the RTO of ${p.rto} was breached at ${p.due}`,
      'recovery.rto.at-risk': (p) =>
        `The RTO of ${p.rto} (${p.plan}) is at risk: it ends ${p.due.isPast ? 'at' : `in ${p.due.span}, at`} ${p.due.at}${p.restore === null ? '' : `, and a restore takes ${p.restore}`}`,
      'recovery.rto.broken': (p) => `The RTO of ${p.rto} (${p.plan}) is breached: it ended at ${p.due}`,
      'recovery.rto.withdrawn': 'Others reach the machine: it works, and no RTO runs',
      'recovery.rto.back': (p) => `${p.plan}: ${p.how}`,
      'recovery.rto.partial': (p) =>
        `It works in part: the RTO (${p.plan}) runs on until ${p.waiting.join(', ')} ${p.waiting.length === 1 ? 'is' : 'are'} back`,
      'recovery.drill.proven': (p) =>
        `${p.scope === 'full' ? 'A drill brought everything back' : 'A drill brought a sample back'} in ${p.took}, at ${p.at.at}`,
      'recovery.drill.failed': (p) => `The drill of ${p.at.at} failed: ${failures[p.why]}`,
      'recovery.drill.overdue': (p) =>
        p.last === null
          ? `No drill has shown yet that it can be restored; one is wanted every ${p.age}`
          : `The last drill was ${p.last.span} ago; one is wanted every ${p.age}`,
      'recovery.drill.of': (p) => `Restore of ${p.plan}: ${p.how}`,
      'recovery.drill.over': (p) =>
        ({
          done: 'A drill was done that counts',
          not_wanted: 'By what is wanted now no drill is overdue',
          changed: 'Its plan protects something else now',
          removed: 'Its plan was removed',
        })[p.how],
      'recovery.restore.predicted': (p) =>
        `A restore of everything takes about ${p.took}${between(p.least, p.most)}${p.rto === null ? '' : `, of ${p.rto} that the RTO allows`}`,
      'recovery.restore.impossible': (p) =>
        p.on.isPast
          ? `The RTO of ${p.rto} cannot be kept any more: there is too much to restore`
          : `The RTO of ${p.rto} cannot be kept from ${p.on.at} on (in ${p.on.span}), as the data grows`,
      'recovery.window.outgrown': (p) =>
        p.on.isPast
          ? `Backups take ${p.duration}, longer than their window of ${p.window}`
          : `Backups take ${p.duration}; from ${p.on.at} on (in ${p.on.span}) they outgrow their window of ${p.window}`,
      'recovery.gap': (p) =>
        ({
          missing: `No ${items[p.item]}`,
          expired: `The ${items[p.item]} has expired`,
          breached: `The ${items[p.item]} does not hold what was promised`,
          unproven: `The ${items[p.item]} is not proven`,
        })[p.why],
      'recovery.risk.accepted': (p) =>
        `No ${items[p.item]}: the client accepted that in ${p.document}${p.until === null ? '' : `, until ${p.until}`}`,
    },
  },
);
