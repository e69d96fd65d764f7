import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { readClocks } from '../../agent/collect/clocks.ts';
import type { Incident, Overview } from '../../protocol/api/view.ts';
import { fakedClock } from '../support/faked-clock.ts';
import { freePort } from '../support/free-port.ts';
import { makeToken } from '../support/offline-token.ts';
import { startServerChild } from '../support/server-child.ts';
import { startSimAgent } from '../support/sim-agent.ts';
import { storySettings } from '../support/story-settings.ts';
import { tempDir } from '../support/temp-dir.ts';
import { ask, makePeople } from '../support/troubled-server.ts';
import { until } from '../support/until.ts';

/**
 * The time of day of the server's machine is set an hour ahead, and back, while real agents report to the real process: once it
 * alone is wrong, once all machines follow the same wrong source.
 */
const HOUR = 3_600_000;
const GiB = 1024 ** 3;
const patience = { deadlineMs: 120_000 };

t.setTimeout(900_000);

t.test('an hour ahead and back: nobody is blamed, nobody is deaf, and nothing is left in the future', async (t) => {
  const dataDir = tempDir(t);
  const token = await makeToken(dataDir);
  const key = await makePeople(dataDir);
  const clock = fakedClock(t);
  const settings = { ...storySettings({ diskForMs: 1_500 }) };
  const server = await startServerChild({ dataDir, port: await freePort(), settings }, clock.wrap);
  t.teardown(() => server.process.exitCode ?? server.kill());
  const world = { agentsAheadMs: 0, availableBytes: 50 * GiB };
  for (const name of ['one', 'two', 'three']) {
    const agent = await startSimAgent({
      server: server.address,
      token,
      name,
      intervalMs: 500,
      patience: 0.05,
      machine: { availableBytes: () => world.availableBytes },
      clocks: () => ({ ...readClocks(), wallMs: Date.now() + world.agentsAheadMs }),
    });
    t.teardown(() => agent.stop());
  }
  const get = async (path: string) =>
    JSON.parse((await ask(server.address, 'GET', path, undefined, { authorization: `Bearer ${key}` })).text);
  const overview = (): Promise<Overview> => get('/api/v1/overview');
  /** How far the server's own time is from the right one. */
  const aheadMs = async () => Date.parse((await overview()).server.now) - Date.now();
  const ofMachines = async () => {
    const { items } = (await get('/api/v1/incidents?state=all')) as { items: Incident[] };
    return items.filter(({ rule }) => !rule.startsWith('server.'));
  };
  /** What history shows of the free space of all machines in a time, bytes. */
  const stored = async (fromMs: number, toMs: number): Promise<number[]> => {
    const range = `from=${new Date(fromMs).toISOString()}&to=${new Date(toMs).toISOString()}&step=5s&aggregation=min`;
    const values: number[] = [];
    for (const { id } of (await overview()).devices) {
      const { items } = await get(
        `/api/v1/devices/${id}/series?metric=${encodeURIComponent('fs.available[/data]')}&${range}`,
      );
      for (const item of items) values.push(...item.values.filter((value: number | null) => value !== null));
    }
    return values;
  };
  const doubts = async () => (await overview()).server.warnings.some((one) => /time of day of the server/.test(one));
  /** A disk that fills and has room again is an incident of each machine that comes and goes. */
  const notDeaf = async (what: string) => {
    const states = async (state: string) =>
      (await ofMachines()).filter((one) => one.rule === 'disk.space' && one.state === state).length;
    world.availableBytes = 2 * GiB;
    await until(`${what}: the disks are full`, async () => (await states('open')) === 3, patience);
    world.availableBytes = 50 * GiB;
    await until(`${what}: they have room`, async () => (await states('open')) === 0, patience);
    const others = (await ofMachines()).filter(({ rule }) => rule !== 'disk.space');
    t.same(others, [], `${what}: nobody is blamed for anything else`);
  };
  await until('all are up', async () => (await overview()).devices.every(({ state }) => state === 'up'), patience);
  await notDeaf('before');

  clock.set(HOUR);
  await until('the server to say so of itself', doubts, patience);
  await notDeaf('the server alone is ahead');
  t.ok(Math.abs(await aheadMs()) < HOUR / 2, 'it keeps its own time, as its machines say');
  clock.set(0);
  await until('the end of the doubt', async () => !(await doubts()), patience);
  await notDeaf('and back');

  const wrongFrom = Date.now();
  world.agentsAheadMs = HOUR;
  clock.set(HOUR);
  await until('the server to follow', async () => (await aheadMs()) > HOUR / 2, patience);
  await notDeaf('everybody is ahead');
  const wrongTo = Date.now();
  t.not((await stored(wrongFrom + HOUR, wrongTo + HOUR)).length, 0, 'for as long, history is ahead too');
  world.agentsAheadMs = 0;
  clock.set(0);
  await until('the server to follow back', async () => (await aheadMs()) < HOUR / 2, patience);
  const backAt = Date.parse((await overview()).server.now);
  await notDeaf('everybody is back');
  const ahead = () => stored(Date.now() + 60_000, Date.now() + 2 * HOUR);
  await until('history to be dated anew', async () => (await ahead()).length === 0, patience);
  const meanwhile = await stored(wrongFrom, wrongTo);
  t.ok(
    meanwhile.some((value) => value < 5 * GiB),
    'the disks were full when they were, by the right time',
  );

  await server.stop();
  const database = new DatabaseSync(join(dataDir, 'state.db'), { readOnly: true });
  t.teardown(() => database.close());
  // By what the server has stamped itself, so that it says nothing of how busy this machine is.
  const sinceBack = (sql: string) =>
    database
      .prepare(sql)
      .all(backAt, backAt + 60_000)
      .map(({ kind }) => kind);
  t.same(
    sinceBack(`SELECT incident_event.kind FROM incident_event JOIN incident ON incident.id = incident_id
      WHERE rule = 'disk.space' AND at BETWEEN ? AND ? AND incident_event.kind <> 'clock' ORDER BY incident_event.id`).toSorted(),
    ['reopened', 'reopened', 'reopened', 'resolved', 'resolved', 'resolved'],
    'rules judge within a minute',
  );
  t.same(
    sinceBack(
      `SELECT kind FROM outbox WHERE payload_json ->> 'rule' = 'disk.space' AND created_at BETWEEN ? AND ? AND due_at <= created_at`,
    ).toSorted(),
    [
      'incident.raised',
      'incident.raised',
      'incident.raised',
      'incident.resolved',
      'incident.resolved',
      'incident.resolved',
    ],
    'and messages are due within it',
  );
  const future = Date.now() + 60_000;
  for (const [table, column] of [
    ['incident', 'updated_at'],
    ['incident', 'opened_at'],
    ['incident_event', 'at'],
    ['presence_interval', 'end_ms'],
    ['outbox', 'created_at'],
    ['delivery', 'delivered_at'],
    ['device', 'enrolled_at'],
    ['api_key', 'last_used_at'],
  ]) {
    const row = database.prepare(`SELECT count(*) AS rows FROM ${table} WHERE ${column} > ?`).get(future);
    t.equal(row?.rows, 0, `${table}.${column}`);
  }
  for (const row of database.prepare('SELECT state_json FROM device_state').all()) {
    t.same(instantsIn(String(row.state_json), future, future + 2 * HOUR), [], 'what is remembered of a machine');
  }
});

function instantsIn(json: string, from: number, to: number): string[] {
  const found: string[] = [];
  JSON.parse(json, function (this: unknown, name, value) {
    if (typeof value === 'number' && value > from && value < to) found.push(`${name} of ${JSON.stringify(this)}`);
    return value;
  });
  return found;
}
