import t from 'tap';
import type { LedgerState } from '../../../../server/domain/ledger.ts';
import { reachability } from '../../../../server/domain/sla/reachability.ts';
import type { Stretch } from '../../../../server/domain/sla/sources.ts';

/** A ledger of one letter for each ms: up, down, excluded, unknown, or not there (a dot). */
function ledger(text: string): Stretch[] {
  const states: Record<string, LedgerState> = { u: 'up', d: 'down', e: 'excluded', '?': 'unknown' };
  return [...text].flatMap((letter, start) => {
    const state = states[letter];
    return state ? [{ start, end: start + 1, state, reason: '', sentence: '', author: null, revised: false }] : [];
  });
}
const draw = (stretches: readonly Stretch[]): string =>
  stretches.map(({ start, end, state }) => (state === 'unknown' ? '?' : state[0]!).repeat(end - start)).join('');

t.test('a site is what the best of its devices was', async (t) => {
  const f = (want: string, ...devices: string[]) =>
    t.equal(draw(reachability(devices.map(ledger))), want, devices.join(' '));
  f('uudd??', 'uudd??');
  f('uuu??d', 'uddd?d', 'duu??d');
  f('ude', 'uee', 'ede');
  f('d?e', 'd?e', 'eee');
  f('ud', 'ud', '.d');
  f('', '');
  t.equal(draw(reachability([])), '');
  t.match(reachability([ledger('ud'), ledger('dd')]), [
    { reason: 'site_up', sentence: 'At least one of its 2 devices was up.' },
    { reason: 'site_down', sentence: 'Of its 2 devices none was up; each that counted was down.' },
  ]);
});
