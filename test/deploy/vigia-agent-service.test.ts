import { readFileSync } from 'node:fs';
import t from 'tap';
import { agentEnvironment, agentNodeFlags } from '../../protocol/wire/agent-flags.ts';

const unit = readFileSync(new URL('../../deploy/vigia-agent.service', import.meta.url), 'utf8');
const settings = (name: string) => [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value]) => value);

t.test('the unit runs the agent as the measurements do', (t) => {
  const bundle = '/opt/vigia-agent/vigia-agent.mjs run --data-dir /var/lib/vigia-agent';
  t.same(settings('ExecStart'), [`/opt/vigia-agent/node ${agentNodeFlags.join(' ')} ${bundle}`]);
  const environment = Object.entries(agentEnvironment).map(([name, value]) => `${name}=${value}`);
  t.same(settings('Environment'), [environment.join(' ')]);
  t.end();
});

t.test('it comes back, for ever', (t) => {
  t.same(settings('Restart'), ['always']);
  t.same(settings('StartLimitIntervalSec'), ['0']);
  t.end();
});

t.test('it is hardened as promised', (t) => {
  const promised = {
    User: 'vigia-agent',
    NoNewPrivileges: 'yes',
    CapabilityBoundingSet: '',
    ProtectSystem: 'strict',
    ProtectHome: 'read-only',
    MemoryDenyWriteExecute: 'yes',
    StateDirectory: 'vigia-agent',
    StateDirectoryMode: '0700',
    UMask: '0077',
  };
  for (const [name, value] of Object.entries(promised)) t.same(settings(name), [value], name);
  t.same(settings('SystemCallFilter'), ['@system-service', '~@privileged @resources']);
  t.ok(agentNodeFlags.includes('--jitless'), 'which MemoryDenyWriteExecute needs');
  t.end();
});
