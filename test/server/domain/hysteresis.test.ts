import fc from 'fast-check';
import t from 'tap';
import { type LevelState, quietLevel, type Signal, stepLevel } from '../../../server/domain/hysteresis.ts';
import { holds } from '../../support/property.ts';

const START = 1_000_000;

/** Steps a level by signals at seconds: `10!` raises, `10.` clears, `10-` holds. Returns when it raised (+) and cleared (-). */
function edges(
  script: string,
  forS: number,
  keepForS: number,
  from: LevelState = quietLevel,
  isStanding = false,
): string {
  const signals: Record<string, Signal> = { '!': 'raise', '.': 'clear', '-': 'hold' };
  let state = from;
  const seen: string[] = [];
  for (const word of script.split(' ')) {
    const at = Number(word.slice(0, -1));
    const timing = { forMs: forS * 1_000, keepForMs: keepForS * 1_000 };
    const step = stepLevel(state, signals[word.slice(-1)]!, START + at * 1_000, timing, isStanding);
    // A restart between any two readings changes nothing.
    state = JSON.parse(JSON.stringify(step.state)) as LevelState;
    if (step.edge) seen.push(`${step.edge === 'raised' ? '+' : '-'}${at}`);
  }
  return seen.join(' ');
}

t.test('a condition raises after `for` and clears after `keep_for`', async (t) => {
  const f = (script: string, forS: number, keepForS: number, want: string) =>
    t.equal(edges(script, forS, keepForS), want, `${script} for ${forS} keep ${keepForS}`);
  f('0!', 0, 0, '+0');
  f('0! 10.', 0, 0, '+0 -10');
  f('0! 10! 20!', 20, 0, '+20');
  f('0! 10! 19!', 20, 0, '');
  f('0! 10! 20! 30!', 20, 0, '+20');
  f('0. 10!', 0, 0, '+10');

  // What is in between or over interrupts a pending raise.
  f('0! 10. 20! 30!', 20, 0, '');
  f('0! 10. 20! 30! 40!', 20, 0, '+40');
  f('0! 10- 20! 30!', 20, 0, '');
  f('0! 10- 20! 30! 40!', 20, 0, '+40');

  // Once raised, only `clear` counts, and only without a break.
  f('0! 10- 20- 30-', 0, 0, '+0');
  f('0! 10. 20. 29.', 0, 20, '+0');
  f('0! 10. 20. 30.', 0, 20, '+0 -30');
  f('0! 10. 20! 30. 40.', 0, 20, '+0');
  f('0! 10. 20- 30. 40.', 0, 20, '+0');
  f('0! 10. 20- 30. 40. 50.', 0, 20, '+0 -50');

  // A silence longer than `for`, and than a minute, proves nothing.
  f('0! 60!', 20, 0, '+60');
  f('0! 61!', 20, 0, '');
  f('0! 61! 81!', 20, 0, '+81');
  f('0! 300!', 300, 0, '+300');
  f('0! 301!', 300, 0, '');
  f('0! 10. 70.', 0, 20, '+0 -70');
  f('0! 10. 71.', 0, 20, '+0');
  f('0! 10. 71. 91.', 0, 20, '+0 -91');
  f('0! 3600.', 0, 0, '+0 -3600');
});

t.test('a silence that is no longer than the one before is how often is reported', async (t) => {
  const f = (script: string, forS: number, keepForS: number, want: string) =>
    t.equal(edges(script, forS, keepForS), want, `${script} for ${forS} keep ${keepForS}`);
  // Every six minutes, for five.
  f('0! 360! 720!', 300, 0, '+720');
  f('0! 360! 720! 1080. 1440. 1800.', 300, 300, '+720 -1800');
  f('0! 360! 1260!', 300, 0, '+1260');
  f('0! 360! 1261!', 300, 0, '');
  f('0! 360! 1261! 1621!', 300, 0, '+1621');
  // Interrupted, it begins again.
  f('0! 360! 720. 1080! 1440!', 300, 0, '');
  f('0! 360! 720- 1080! 1440! 1800!', 300, 0, '+1800');
  // Every hour, for half an hour.
  f('0! 3600! 7200!', 1_800, 0, '+7200');
  // Often, a long silence, often.
  f('0! 10! 36000! 36010! 36290!', 300, 0, '');
  f('0! 10! 36000! 36010! 36300!', 300, 0, '+36300');
});

t.test('what stands until somebody does something stood in a silence too', async (t) => {
  const f = (script: string, forS: number, keepForS: number, want: string) =>
    t.equal(edges(script, forS, keepForS, quietLevel, true), want, `${script} for ${forS} keep ${keepForS}`);
  f('0! 299! 300!', 300, 0, '+300');
  f('0! 360!', 300, 0, '+360');
  f('0! 86400!', 300, 0, '+86400');
  f('0! 360. 720!', 300, 0, '');
  f('0! 360- 720!', 300, 0, '');
  f('0! 360! 720. 86400.', 300, 300, '+360 -86400');
});

t.test('at any interval a condition that holds is told by the third reading after its time', async (t) => {
  const interval = fc.integer({ min: 1, max: 7_200 });
  holds(
    t,
    fc.property(interval, fc.integer({ min: 0, max: 3_600 }), fc.boolean(), (every, forS, isStanding) => {
      const readings = Math.ceil(forS / every) + 3;
      const script = Array.from({ length: readings }, (_, n) => `${n * every}!`).join(' ');
      return edges(script, forS, 0, quietLevel, isStanding).startsWith('+');
    }),
  );
});

t.test('the onset is when the condition began, not when it was established', async (t) => {
  const timing = { forMs: 20_000, keepForMs: 0 };
  let state = stepLevel(quietLevel, 'raise', 1_000, timing).state;
  t.match(state, { active: false, changingSince: 1_000, onset: 1_000 });
  state = stepLevel(state, 'raise', 21_000, timing).state;
  t.match(state, { active: true, changingSince: null, onset: 1_000 });
  state = stepLevel(state, 'hold', 31_000, timing).state;
  t.match(state, { active: true, onset: 1_000, lastSeen: 31_000 });
  t.match(stepLevel(state, 'clear', 41_000, timing), { edge: 'cleared', state: { active: false, onset: null } });
});

t.test('what stood at enrolment raises only after it was once over', async (t) => {
  const found = { ...quietLevel, foundAtOnboarding: true };
  const f = (script: string, want: string) => t.equal(edges(script, 10, 0, found), want, script);
  f('0! 10! 20! 30!', '');
  f('0! 10- 20! 30!', '');
  f('0! 10. 20! 30!', '+30');
  f('0. 10! 20!', '+20');
});
