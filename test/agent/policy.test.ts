import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { POLICY_FILE, policyActions, readPolicy } from '../../agent/policy.ts';

function policyOf(content: string | undefined, test: typeof t) {
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

const faults: readonly (readonly [content: string, why: RegExp])[] = [
  ['', /JSON/],
  ['[', /JSON/],
  ['null', /no list "allow"/],
  ['["check-network"]', /no list "allow"/],
  ['{ "allow": "check-network" }', /no list "allow"/],
  ['{ "allow": ["check-network", "everything"] }', /"everything" is no action/],
  ['{ "allow": [7] }', /7 is no action/],
];
for (const [content, why] of faults) {
  t.test(`allows nothing with ${JSON.stringify(content)}, and says why`, async (t) => {
    const policy = policyOf(content, t);
    for (const action of policyActions) t.notOk(policy.allows(action));
    t.match(policy.fault, why);
  });
}
