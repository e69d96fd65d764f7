import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { writePolicy } from '../../agent/tasks/policy.ts';
import type { CheckInput } from '../../protocol/api/service.ts';
import { startHttpReceiver } from './http-receiver.ts';
import { FAR, NEAR, PORTS } from './slow-link.ts';
import { startServer } from './story.ts';
import { enrol } from './story-agent.ts';
import { until } from './until.ts';

/**
 * Run with the id of a process at the far end and a file of the certificate there: a server at the near end of a slow link, an agent of its at the far end, and all
 * that both connect to across it by names that have a dead address first. Prints what came of it.
 */

const [farPid = '', certificateFile = ''] = process.argv.slice(2);
const { cert } = JSON.parse(readFileSync(certificateFile, 'utf8'));
setDefaultCACertificates([...getCACertificates('default'), cert]);
const endings: (() => unknown)[] = [];
const scene = { teardown: (ending: () => unknown) => void endings.unshift(ending) };

const server = await startServer(scene, {
  selfSigned: true,
  environment: { VIGIA_HOST: NEAR.address, VIGIA_PORT: String(PORTS.vigia) },
});
await startHttpReceiver(scene, { host: NEAR.address, port: PORTS.web, answer: { body: 'the near shop' } });

const through = `https://${NEAR.name}:${PORTS.vigia}`;
const machine = await enrol(scene, server, { through });
writePolicy(machine.dataDir, ['check-network']);
const startedAtMs = performance.now();
const agent = machine.start((command) => ['nsenter', '--target', farPid, '--net', '--', ...command]);
// Also if what follows throws.
process.on('exit', () => agent.isRunning && process.kill(agent.pid, 'SIGKILL'));
const device = await server.untilDevice(machine.deviceId, 'is up', ({ state }) => state === 'up');
const linkedAfterMs = performance.now() - startedAtMs;

async function check(deviceId: string | null, target: CheckInput['target']): Promise<string> {
  const rest = { intervalSeconds: 10, timeoutSeconds: 10, forSeconds: 0, priority: 'high' } as const;
  const input = { clientId: device.clientId, deviceId, name: target.kind, target, ...rest };
  const { status, text, body } = await server.ask('POST', '/api/v1/checks', input);
  if (status !== 201) throw new Error(text);
  const seen = await until(
    `the ${target.kind} check of ${deviceId ?? 'the server'}`,
    async () => {
      const known = await server.get(`/api/v1/checks/${body.id}`);
      return known.lastRunAt !== null && known;
    },
    { everyMs: 200 },
  );
  return `${seen.state}: ${seen.sentence}`;
}

async function receiver(target: object): Promise<unknown> {
  const input = { name: 'far', clientId: null, minPriority: 'high', clocks: false, target };
  const { status, text, body } = await server.ask('POST', '/api/v1/receivers', input);
  if (status !== 201) throw new Error(text);
  return (await server.ask('POST', `/api/v1/receivers/${body.id}/test`, {})).body;
}

const mail = { kind: 'email', host: FAR.name, port: PORTS.mail, security: 'implicit', user: null };
const found = await Promise.all([
  check(null, { kind: 'http', url: `http://${FAR.name}:${PORTS.web}/`, text: 'far shop' }),
  check(null, { kind: 'tcp', host: FAR.name, port: PORTS.tcp }),
  check(machine.deviceId, { kind: 'http', url: `http://${NEAR.name}:${PORTS.web}/`, text: 'near shop' }),
  check(machine.deviceId, { kind: 'tcp', host: NEAR.name, port: PORTS.web }),
  receiver({ ...mail, from: 'vigia@msp.example', to: ['ops@msp.example'] }),
  receiver({ kind: 'webhook', url: `https://${FAR.name}:${PORTS.hook}/` }),
]);
const { state } = await server.device(machine.deviceId);
for (const ending of endings) await ending();
process.stdout.write(`${JSON.stringify({ found, state, linkedAfterMs })}\n`);
