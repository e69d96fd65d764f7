import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import type { Ledger } from '../../protocol/api/availability.ts';
import type { CheckInput, Service } from '../../protocol/api/service.ts';
import type { Incident } from '../../protocol/api/view.ts';
import { Relay } from '../support/relay.ts';
import { type StoryServer, startServer } from '../support/story.ts';
import { enrol } from '../support/story-agent.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

const patience = { everyMs: 200 };
/** No other run on this machine may keep it alive; short enough for the kernel's name of it. */
const PROGRAM = `vdb-${process.pid}`;

t.test('what runs on a machine fails while the machine itself is up', async (t) => {
  let status = 200;
  const shop = createServer((_, response) => response.writeHead(status).end('the shop')).listen(0, '127.0.0.1');
  await once(shop, 'listening');
  t.teardown(() => shop.close());
  const url = `http://127.0.0.1:${(shop.address() as AddressInfo).port}/`;
  const program = startProgram(t);

  const dataDir = tempDir(t);
  const first = await startServer(t, { dataDir });
  const relay = await Relay.start(t, first.address);
  const machine = await enrol(t, first, { through: relay.address });
  const agent = machine.start();
  await agent.untilSays('connected');

  const { clientId } = await first.device(machine.deviceId);
  const http = await makeCheck(first, clientId, machine.deviceId, { kind: 'http', url, text: 'shop' });
  const db = await makeCheck(first, clientId, machine.deviceId, { kind: 'process', name: PROGRAM });
  const { body: service } = await first.ask('POST', '/api/v1/services', {
    clientId,
    name: 'Web shop',
    deviceIds: [machine.deviceId],
    needed: 1,
    checkIds: [http],
    blocks: 'ordering',
    targetPpm: null,
  });
  const untilService = (server: StoryServer, state: Service['state']) =>
    until(
      `the service is ${state}`,
      async () => {
        const seen: Service = await server.get(`/api/v1/services/${service.id}`);
        return seen.state === state && seen;
      },
      patience,
    );

  await t.test('its checks pass', async (t) => {
    t.match(await untilService(first, 'up'), { sentence: /^1 of 1 device up, 1 needed; every check passes\.$/ });
    t.match(await first.get(`/api/v1/checks/${http}`), {
      state: 'up',
      httpStatus: 200,
      sentence: /^HTTP 200 from http/,
    });
    await until('the process is seen', async () => (await first.get(`/api/v1/checks/${db}`)).state === 'up', patience);
  });

  let incidentId = '';
  await t.test('it answers 500: one incident, one message, and its host is up', async (t) => {
    status = 500;
    const isAnswer = ({ object, sentence }: Incident) => object === http && sentence.includes('HTTP 500');
    const failed = await first.untilIncident(machine.deviceId, 'check.failed', isAnswer, patience);
    t.match(failed.sentence, /HTTP 500 instead of 200-399 from http:\/\/127\.0\.0\.1:\d+\/ in \d+ ms/);
    const down = await until('the service is down', async () => {
      const known = await serviceIncident(first, service.id);
      return known?.state === 'open' && known;
    });
    incidentId = down?.id ?? '';
    t.match(down, { priority: 'emergency', sentence: /^Web shop is down: .*fails\. It stops ordering\.$/ });
    t.equal(failed.parentId, incidentId, 'the failing check is explained by it');
    t.match(await untilService(first, 'down'), { sentence: /fails\.$/ });
    t.equal((await first.device(machine.deviceId)).state, 'up');
  });

  relay.cut();
  await first.app.stop();
  const second = await startServer(t, { dataDir });
  relay.mend(second.address);

  await t.test('a restart of the server raises nothing anew', async (t) => {
    await untilService(second, 'down');
    t.equal((await serviceIncident(second, service.id))?.id, incidentId);
    t.match(await second.incidents(machine.deviceId), [{ rule: 'check.failed', state: 'open' }]);
    t.same(second.noticesOf(incidentId), []);
  });

  await t.test('it answers again: resolved, and the ledger tells the service from its host', async (t) => {
    status = 200;
    await untilService(second, 'up');
    await until('resolved', async () => (await second.incident(incidentId)).state === 'resolved', patience);
    await second.untilIncident(machine.deviceId, 'check.failed', (one) => one.state === 'resolved', patience);
    const ledger: Ledger = await second.get(`/api/v1/services/${service.id}/ledger?period=rolling_30d`);
    const down = ledger.items.filter(({ state }) => state === 'down');
    t.equal(down.length, 1, 'one stretch, through the restart');
    t.ok(down.every(({ from, to }) => Date.parse(to) - Date.parse(from) > 5_000));
    t.notOk(
      (await second.presence(machine.deviceId)).some((one) => one.state === 'down'),
      'the machine was never down',
    );
  });

  await t.test('a process that ends is an incident of its own', async (t) => {
    program.kill('SIGKILL');
    const failed = await second.untilIncident(machine.deviceId, 'check.failed', (one) => one.object === db, patience);
    t.match(failed, { state: 'open', parentId: null, sentence: `process: the process ${PROGRAM} does not run` });
    t.equal((await second.get(`/api/v1/services/${service.id}`)).state, 'up', 'the service does not depend on it');
    startProgram(t);
    await until('it passes again', async () => (await second.incident(failed.id)).state === 'resolved', patience);
    t.equal((await second.get(`/api/v1/checks/${db}`)).state, 'up');
  });
});

function startProgram(t: { teardown(work: () => void): void }): ChildProcess {
  const path = join(tempDir(t), PROGRAM);
  copyFileSync('/bin/sleep', path);
  const child = spawn(path, ['600'], { stdio: 'ignore' });
  t.teardown(() => child.kill('SIGKILL'));
  return child;
}

async function makeCheck(
  server: StoryServer,
  clientId: string,
  deviceId: string,
  target: CheckInput['target'],
): Promise<string> {
  const rest = { intervalSeconds: 5, timeoutSeconds: 4, forSeconds: 0, priority: 'high' } as const;
  const { status, text, body } = await server.ask('POST', '/api/v1/checks', {
    clientId,
    deviceId,
    name: target.kind,
    target,
    ...rest,
  });
  if (status !== 201) throw new Error(text);
  return body.id;
}

async function serviceIncident(server: StoryServer, serviceId: string) {
  const { items } = await server.get('/api/v1/incidents?state=all');
  return items.find((one: { serviceId: string | null }) => one.serviceId === serviceId);
}
