import t from 'tap';
import type { Series } from '../../protocol/api/view.ts';
import { Relay } from '../support/relay.ts';
import { startSimAgent } from '../support/sim-agent.ts';
import { startServer, storyClock } from '../support/story.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

const MINUTE_MS = 60_000;
const GiB = 1024 ** 3;
/** While the server is down, the machine measures once in so long. */
const STEP_MS = 15_000;
const iso = (ms: number) => new Date(ms).toISOString();

t.test('the server is down for ten minutes: nothing is claimed that nobody proved, and nothing is lost', async (t) => {
  const clock = storyClock();
  const dataDir = tempDir(t);
  // A full disk raises with the report that shows it.
  const options = { dataDir, clock, settings: { diskForMs: 0 } };
  const before = await startServer(t, options);
  const relay = await Relay.start(t, before.address);
  const bootedAtMs = clock.now() - 3_600_000;
  let isDiskFull = false;
  const machine = await startSimAgent({
    server: relay.address,
    token: await before.token('server'),
    name: 'db-1',
    intervalMs: 200,
    patience: 0.1,
    machine: { availableBytes: () => (isDiskFull ? GiB : 50 * GiB) },
    clocks: () => {
      const bootMs = clock.now() - bootedAtMs;
      return { wallMs: clock.now(), monotonicMs: bootMs, bootMs };
    },
  });
  t.teardown(() => machine.stop());
  const { deviceId } = machine;
  await until('the first reports', () => before.reports(deviceId).length >= 3);

  const downAtMs = clock.now();
  relay.cut();
  await before.app.stop();
  // What happens on the machine meanwhile comes to light later: its disk was full, and is no more.
  isDiskFull = true;
  const passUntil = async (minutes: number) => {
    while (clock.now() - downAtMs <= minutes * MINUTE_MS) {
      const before = machine.rounds();
      clock.advance(STEP_MS);
      await until('a round', () => machine.rounds() > before, { everyMs: 20 });
    }
  };
  await passUntil(9);
  isDiskFull = false;
  await passUntil(10);
  const upAtMs = clock.now();
  const after = await startServer(t, options);

  await t.test('until the machine is heard, the gap is unknown', async (t) => {
    t.match(await after.device(deviceId), {
      state: 'unknown',
      stateReason: /the server has just started and does not judge absence yet\.$/,
    });
    const ledger = await after.presence(deviceId);
    t.match(ledger, [
      { state: 'up' },
      { state: 'unknown', reason: 'server_blind', evidence: /the server was not running/ },
    ]);
    const gap = ledger.at(-1);
    t.ok(Date.parse(gap?.from ?? '') <= downAtMs && Date.parse(gap?.to ?? '') >= upAtMs, 'from the last report to now');
  });

  relay.mend(after.address);
  const made = Array.from({ length: machine.rounds() }, (_, index) => index + 1);
  await until('all that waited', () => {
    const stored = new Set(after.reports(deviceId).map(({ sequence }) => sequence));
    return made.every((sequence) => stored.has(sequence));
  });

  t.test('then it is up: the same boot, and reports of every minute', async (t) => {
    t.match(await after.device(deviceId), { state: 'up' });
    const ledger = await after.presence(deviceId);
    t.same(
      ledger.map(({ state, reason }) => [state, reason]),
      [['up', 'reported']],
    );
    t.ok(Date.parse(ledger[0]?.from ?? '') < downAtMs);
    const range = `from=${iso(downAtMs)}&to=${iso(upAtMs)}&step=60s`;
    const series: Series = await after.get(`/api/v1/devices/${deviceId}/series?metric=fs.available[/data]&${range}`);
    const values = series.items[0]?.values.slice(0, 10) ?? [];
    t.equal(values.length, 10);
    t.ok(
      values.every((value) => value !== null),
      'the chart has no hole',
    );
    t.equal(values[4], GiB, 'and shows what nobody saw at the time');
  });

  t.test('each report is stored once, at its own time', async (t) => {
    const reports = after.reports(deviceId);
    const stored = reports.map(({ sequence }) => sequence).filter((sequence) => sequence <= made.length);
    t.same(
      stored.sort((a, b) => a - b),
      made,
    );
    // A report made while the very first link was still opening had waited too, before the outage.
    const waited = reports.filter(({ backfill, at }) => backfill && at >= downAtMs);
    t.comment(`${waited.length} of ${reports.length} reports had waited`);
    t.ok(waited.length >= 30);
    t.ok(
      waited.every(({ at, receivedAt }) => receivedAt !== null && at <= receivedAt && receivedAt >= upAtMs),
      'dated by when they were measured',
    );
    const order = [...reports].sort((a, b) => a.sequence - b.sequence).map(({ at }) => at);
    t.same(
      order,
      order.toSorted((a, b) => a - b),
      'time and sequence agree',
    );
  });

  t.test('what is over opens no incident about the present', async (t) => {
    t.same(await after.incidents(deviceId), []);
    t.same([...before.notices, ...after.notices], []);
    t.match(await after.device(deviceId), { openIncidents: 0, onboarding: [] });
  });

  t.test('what is true now does', async (t) => {
    isDiskFull = true;
    const incident = await after.untilIncident(deviceId, 'disk.space', ({ state }) => state === 'open');
    t.match(incident.sentence, '/data has 1.0 GB left of 100 GB');
    t.ok(Date.parse(incident.onsetAt) >= upAtMs);
  });
});
