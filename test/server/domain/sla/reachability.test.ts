import t from 'tap';
import { said, typed } from '../../../../protocol/said/said.ts';
import type { LedgerState } from '../../../../server/domain/ledger.ts';
import { reachability } from '../../../../server/domain/sla/reachability.ts';
import type { Stretch } from '../../../../server/domain/sla/sources.ts';

/** A ledger of one letter for each ms: up, down, excluded, unknown, or not there (a dot). */
function ledger(text: string): Stretch[] {
  const states: Record<string, LedgerState> = { u: 'up', d: 'down', e: 'excluded', '?': 'unknown' };
  return [...text].flatMap((letter, start) => {
    const state = states[letter];
    return state ? [{ start, end: start + 1, state, reason: '', said: typed(''), author: null, revised: false }] : [];
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
    { reason: 'site_up', said: said('ledger.site', { state: 'up', devices: 2 }) },
    { reason: 'site_down', said: said('ledger.site', { state: 'down', devices: 2 }) },
  ]);
});
