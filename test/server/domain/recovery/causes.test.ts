import fc from 'fast-check';
import t from 'tap';
import { sourceFaults } from '../../../../protocol/wire/source-fault.ts';
import { causeOfPlan, causesOf, type PlanFailure } from '../../../../server/domain/recovery/causes.ts';
import { holds } from '../../../support/property.ts';
import { BASE } from '../../../support/recovery.ts';

const failure = (n: number, over: Partial<PlanFailure> = {}): PlanFailure => ({
  planId: `plan-${String(n).padStart(2, '0')}`,
  clientId: 'acme',
  deviceId: `device-${n}`,
  repositoryId: 'nas',
  fault: 'repository_full',
  at: BASE + n,
  ...over,
});
const told = (failures: readonly PlanFailure[]) =>
  causesOf(failures).map(
    ({ clientId, kind, objectId, fault, planIds }) => `${clientId} ${kind} ${objectId} ${fault} ${planIds.length}`,
  );

t.test('what is to blame for failures', async (t) => {
  const f = (what: string, failures: PlanFailure[], want: string[]) => {
    t.same(told(failures), want, what);
    t.same(told([...failures, ...failures].reverse()), want, `${what}: in any order and number`);
  };
  const forty = Array.from({ length: 40 }, (_, n) => failure(n));
  f('one full repository behind forty machines', forty, ['acme repository nas repository_full 40']);
  f('one machine alone', [failure(1)], ['acme repository nas repository_full 1']);
  f(
    'another repository',
    [...forty, failure(50, { repositoryId: 'cloud' })],
    ['acme repository cloud repository_full 1', 'acme repository nas repository_full 40'],
  );
  f(
    'another client is told apart',
    [failure(1), failure(2, { clientId: 'beta' })],
    ['acme repository nas repository_full 1', 'beta repository nas repository_full 1'],
  );
  f(
    'another reason',
    [failure(1), failure(2, { fault: 'repository_locked' })],
    ['acme repository nas repository_full 1', 'acme repository nas repository_locked 1'],
  );
  f(
    'one machine cannot reach it: its own line',
    [failure(1, { fault: 'unreachable' })],
    ['acme plan plan-01 unreachable 1'],
  );
  f(
    'two cannot',
    [1, 2].map((n) => failure(n, { fault: 'unreachable' })),
    ['acme repository nas unreachable 2'],
  );
  f(
    'two plans of one machine cannot',
    [1, 2].map((n) => failure(n, { fault: 'timeout', deviceId: 'x' })),
    ['acme plan plan-01 timeout 1', 'acme plan plan-02 timeout 1'],
  );
  f(
    'a tool that is missing is of the machine',
    [1, 2].map((n) => failure(n, { fault: 'tool_missing', deviceId: 'x' })),
    ['acme device x tool_missing 2'],
  );
  f('the rest is of the plan', [failure(1, { fault: 'not_permitted' })], ['acme plan plan-01 not_permitted 1']);
  f('without a repository', [failure(1, { repositoryId: null })], ['acme plan plan-01 repository_full 1']);
  f('nothing', [], []);
  const odd = [
    failure(1, { repositoryId: 'a","b' }),
    failure(2, { repositoryId: 'a' }),
    failure(3, { repositoryId: '__proto__' }),
  ];
  t.equal(causesOf(odd).length, 3, 'names from outside stay apart');
});

t.test('a cause has its numbers, and a plan knows its cause', async (t) => {
  const causes = causesOf([failure(9), failure(3), failure(3, { fault: 'not_permitted', at: BASE })]);
  t.match(
    causes.find(({ kind }) => kind === 'repository'),
    {
      since: BASE + 3,
      deviceIds: ['device-3', 'device-9'],
      said: {
        key: 'recovery.cause',
        params: { object: 'nas', kind: 'repository', why: 'repository_full', plans: 2, since: BASE + 3 },
      },
    },
  );
  t.equal(causeOfPlan(causes, 'plan-09')?.objectId, 'nas');
  t.equal(causeOfPlan(causes, 'plan-03')?.fault, 'not_permitted', 'the one that began first');
  t.equal(causeOfPlan(causes, 'other'), undefined);
});

t.test('every failure is in one cause, and no cause is of two clients', async (t) => {
  const any = fc.record({
    planId: fc.constantFrom('a', 'b', 'c', 'd'),
    clientId: fc.constantFrom('x', 'y'),
    deviceId: fc.constantFrom('m', 'n'),
    repositoryId: fc.constantFrom('r', 's', null),
    fault: fc.constantFrom(...sourceFaults),
    at: fc.nat(99),
  });
  holds(
    t,
    fc.property(fc.array(any, { maxLength: 12 }), (failures) => {
      const causes = causesOf(failures);
      return failures.every(({ planId, clientId, fault, at }) => {
        const own = causes.filter(
          (cause) => cause.clientId === clientId && cause.fault === fault && cause.planIds.includes(planId),
        );
        return own.length >= 1 && own.some(({ since }) => since <= at);
      });
    }),
  );
});
