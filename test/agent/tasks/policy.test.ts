import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { POLICY_FILE, policyActions, readPolicy, writePolicy } from '../../../agent/tasks/policy.ts';

function policyOf(content: string | undefined, test: Pick<typeof t, 'testdir'>) {
  const dataDir = test.testdir();
  if (content !== undefined) writeFileSync(join(dataDir, POLICY_FILE), content);
  return readPolicy(dataDir);
}

t.test('allows nothing without a file', async (t) => {
  const policy = policyOf(undefined, t);
  for (const action of policyActions) t.notOk(policy.allows(action));
  t.equal(policy.fault, undefined);
});

t.test('allows what the file names and nothing else', async (t) => {
  const policy = policyOf('{ "allow": ["check-network"] }', t);
  t.ok(policy.allows('check-network'));
  t.notOk(policy.allows('probe-peers'));
  t.equal(policy.fault, undefined);
});

t.test('what enrolment writes is read again; an unknown action is refused', async (t) => {
  const dataDir = t.testdir();
  writePolicy(dataDir, ['probe-peers']);
  t.ok(readPolicy(dataDir).allows('probe-peers'));
  t.notOk(readPolicy(dataDir).allows('check-network'));
  t.throws(() => writePolicy(dataDir, ['everything']), { code: 'usage', message: /--allow everything is no action/ });
});

t.test('further networks of the site', async (t) => {
  t.same(policyOf('{ "allow": [] }', t).networks, []);
  const networks = ['192.0.2.0/24', 'fd00::/64'];
  t.same(policyOf(JSON.stringify({ allow: [], networks }), t).networks, networks);
});

const faults: readonly (readonly [content: string, why: RegExp])[] = [
  ['', /JSON/],
  ['[', /JSON/],
  ['null', /no list "allow"/],
  ['["check-network"]', /no list "allow"/],
  ['{ "allow": "check-network" }', /no list "allow"/],
  ['{ "allow": ["check-network", "everything"] }', /"everything" is no action/],
  ['{ "allow": [7] }', /7 is no action/],
  ['{ "allow": [], "networks": "x" }', /"networks" is no list/],
  ['{ "allow": [], "networks": ["10.0.0.0/33"] }', /"10.0.0.0\/33" is no network/],
  ['{ "allow": [], "networks": ["10.0.0.0"] }', /is no network/],
  ['{ "allow": [], "networks": [5] }', /5 is no network/],
];
for (const [content, why] of faults) {
  t.test(`allows nothing with ${JSON.stringify(content)}, and says why`, async (t) => {
    const policy = policyOf(content, t);
    for (const action of policyActions) t.notOk(policy.allows(action));
    t.match(policy.fault, why);
  });
}
