import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import type {
  Attestation,
  AvailabilityFigure,
  AvailabilityReport,
  AvailabilityRow,
  Ledger,
} from '../../protocol/api/availability.ts';
import type { Incident } from '../../protocol/api/view.ts';
import { Person } from '../support/person.ts';
import { Relay } from '../support/relay.ts';
import { type SimAgent, startSimAgent } from '../support/sim-agent.ts';
import { startSmtpReceiver } from '../support/smtp-receiver.ts';
import { type StoryServer, startServer, storyClock } from '../support/story.ts';
import { until } from '../support/until.ts';

/**
 * The power of a site with five machines fails for two minutes: one incident, one mail, one statement about whose fault it was, and
 * from then on two figures everywhere. The clock is made up, so that the minutes take none; everything else is real.
 */

t.setTimeout(900_000);

const GiB = 1024 ** 3;
const account = { name: 'Ann Soto', email: 'ann@msp.example', password: 'seven quiet lanterns hum' };
const names = ['db-1', 'erp-1', 'file-1', 'mail-1', 'web-1'];
const CUT_MS = 120_000;
/**
 * Nothing is late for as long as the clock is put forward while all is well, and no loss is told by itself while the machines start
 * again, however long that takes here.
 */
const settings = {
  presence: {
    ...{ lateAfterMs: 90_000, lateAfterLinkLossMs: 90_000, lostAfterMs: 100_000, judgeAfterStartMs: 0 },
    tellAfterMs: 420_000,
  },
};
const iso = (ms: number): string => new Date(ms).toISOString();

interface Machine {
  readonly name: string;
  readonly agent: SimAgent;
}

t.test('a power cut at a site of five machines', async (t) => {
  const shop = createServer((_, response) => response.end('the shop')).listen(0, '127.0.0.1');
  await once(shop, 'listening');
  t.teardown(() => shop.close());
  const clock = storyClock();
  const server = await startServer(t, { clock, settings, environment: { VIGIA_NOTIFY_PRIVATE: '1' } });
  const ann = await Person.first(server, account);
  const smtp = await startSmtpReceiver(t, { security: 'none' });
  const mail = { kind: 'email', host: '127.0.0.1', port: smtp.port, security: 'none', user: null };
  await ann.do('POST', '/api/v1/receivers', {
    ...{ name: 'the office', clientId: null, minPriority: 'normal', clocks: true },
    target: { ...mail, from: 'vigia@msp.example', to: ['office@msp.example'] },
  });
  const relay = await Relay.start(t, server.address);
  let bootedAt = clock.now() - 30 * 86_400_000;
  let boot = 1;
  const start = (name: string, token: string, dataDir?: string): Promise<SimAgent> => {
    const startedIn = bootedAt;
    return startSimAgent({
      ...{ server: relay.address, token, name, intervalMs: 500, patience: 0.1, bootId: `boot-${name}-${boot}` },
      machine: { availableBytes: () => 50 * GiB },
      clocks: () => ({ wallMs: clock.now(), monotonicMs: clock.now() - startedIn, bootMs: clock.now() - startedIn }),
      ...(dataDir === undefined ? {} : { dataDir }),
    });
  };
  const machines: Machine[] = [];
  t.teardown(() => Promise.all(machines.map(({ agent }) => agent.stop())));
  for (const name of names) {
    const wanted = { clientName: 'Acme', siteName: 'Main office', kind: 'server', uses: 1, expiresInMs: 3_600_000 };
    const { token } = await ann.do('POST', '/api/v1/tokens', wanted);
    machines.push({ name, agent: await start(name, token) });
  }
  const ids = machines.map(({ agent }) => agent.deviceId);
  const isUp = (id: string) =>
    server.untilDevice(id, 'is up', ({ state, lastReportAt }) => state === 'up' && !!lastReportAt);
  for (const id of ids) await isUp(id);
  const { clientId, siteId } = await server.device(ids[0] ?? '');
  const { items: presets } = await ann.get('/api/v1/contract-presets');
  const { terms } = presets.find(({ tier }: { tier: string }) => tier === 'advanced');
  await ann.do('PUT', `/api/v1/clients/${clientId}/contract`, { ...terms, excludes: ['power', 'force_majeure'] });

  const check = await ann.do('POST', '/api/v1/checks', {
    ...{ clientId, deviceId: ids[0], name: 'shop', intervalSeconds: 5, timeoutSeconds: 4, forSeconds: 0 },
    target: { kind: 'http', url: `http://127.0.0.1:${(shop.address() as AddressInfo).port}/` },
    priority: 'high',
  });
  const service = (over: object) => ({
    clientId,
    deviceIds: [],
    needed: 0,
    checkIds: [],
    blocks: null,
    targetPpm: null,
    ...over,
  });
  const ofChecks = await ann.do('POST', '/api/v1/services', service({ name: 'Web shop', checkIds: [check.id] }));
  const ofDevices = await ann.do('POST', '/api/v1/services', service({ name: 'Cluster', deviceIds: ids, needed: 3 }));
  const untilServicesUp = () =>
    until('both services are up', async () => {
      const states = [ofChecks, ofDevices].map(({ id }) => ann.get(`/api/v1/services/${id}`));
      return (await Promise.all(states)).every(({ state }) => state === 'up');
    });
  await untilServicesUp();
  const from = clock.now();

  // The power fails: nobody says goodbye, and what is on the disks stays.
  relay.cut();
  await Promise.all(machines.map(({ agent }) => agent.leave('service_stop')));
  clock.advance(CUT_MS);
  const all = async (): Promise<Incident[]> => (await ann.get('/api/v1/incidents?state=all&limit=200')).items;
  await until('the site is lost', async () => (await all()).some(({ rule }) => rule === 'site.contact'));
  bootedAt = clock.now();
  boot += 1;
  relay.mend(server.address);
  for (const [index, { name, agent }] of machines.entries()) {
    machines[index] = { name, agent: await start(name, '', agent.dataDir) };
  }
  for (const id of ids) await isUp(id);
  await untilServicesUp();
  const cut = await until('the power cut is known, of all of them', async () =>
    (await all()).find(({ rule, sentence }) => rule === 'site.power' && sentence.includes('5 of 5 always-on machines')),
  );
  /** A minute in which all is well. */
  const passMinute = async (): Promise<void> => {
    clock.advance(61_000);
    const heard = machines.map(({ agent }) => agent.rounds());
    await until('a report of each', () => machines.every(({ agent }, index) => agent.rounds() > (heard[index] ?? 0)));
    for (const id of ids) await isUp(id);
  };
  // A minute is left to those that come later; then people are told.
  clock.advance(61_000);
  await until('a mail', () => smtp.mails.length > 0);

  await t.test('one incident stands for all, and theirs are below it', async (t) => {
    const incidents = await until('every machine is explained', async () => {
      const known = await all();
      return (
        known.filter(({ rule, parentId }) => rule === 'reboot.unexpected' && parentId === cut.id).length === 5 && known
      );
    });
    t.same(
      incidents.filter(({ parentId }) => parentId === null).map(({ rule }) => rule),
      ['site.power'],
    );
    t.match(cut, { priority: 'medium', clientId, siteId, deviceId: null, source: 'rule' });
    t.match(cut.sentence, /^Main office of Acme: 5 of 5 always-on machines restarted without a goodbye between /);
    const rows = incidents.filter(({ parentId }) => parentId !== null);
    t.ok(
      rows.every(({ clock }) => clock?.outcome !== 'running'),
      'one response clock, not eleven',
    );
    const { children } = await ann.get(`/api/v1/incidents/${cut.id}`);
    t.ok(children.length >= 6, 'the five restarts and the lost site');
  });

  await t.test('one mail, and nothing else is left to be told', async (t) => {
    // Longer than any of them is held back.
    for (let minute = 0; minute < 12; minute += 1) {
      await passMinute();
    }
    const kept = query<{ kind: string; rule: string }>(
      server,
      "SELECT kind, json_extract(payload_json, '$.rule') AS rule FROM outbox ORDER BY id",
    ).map(({ kind, rule }) => `${kind} ${rule}`);
    t.same(kept, ['incident.raised site.power']);
    t.equal(smtp.mails.length, 1, smtp.mails.map(({ headers }) => headers.subject).join('\n'));
    t.match(
      smtp.mails[0]?.headers.subject,
      /^Medium: Main office: Main office of Acme: 5 of 5 always-on machines restarted/,
    );
    t.match(smtp.mails[0]?.text, `/incidents/${cut.id}`);
  });

  // What is measured until then is settled once more has come.
  const to = clock.now();
  await passMinute();
  await untilServicesUp();
  const period = `from=${iso(from)}&to=${iso(to)}`;
  const ledgers = [
    ...ids.map((id) => `/api/v1/devices/${id}/ledger`),
    `/api/v1/sites/${siteId}/ledger`,
    `/api/v1/services/${ofChecks.id}/ledger`,
    `/api/v1/services/${ofDevices.id}/ledger`,
  ];
  const ledger = (path: string): Promise<Ledger> => ann.get(`${path}?${period}`);
  const report = async (by: string): Promise<AvailabilityRow[]> => {
    const { items }: AvailabilityReport = await ann.get(`/api/v1/availability?by=${by}&${period}`);
    return items;
  };
  const kinds = ['device', 'site', 'client', 'service'] as const;
  const evidence = () => query(server, 'SELECT * FROM presence_interval ORDER BY device_id, start_ms');
  const before = new Map<string, Ledger>();
  const raw = evidence();

  await t.test('before anybody said why, all of it counts as down', async (t) => {
    for (const path of ledgers) {
      const found = await ledger(path);
      before.set(path, found);
      t.equal(found.withoutClauses, null, path);
      t.ok(
        found.figure.downMs > CUT_MS - 10_000 && found.figure.downMs < CUT_MS + 60_000,
        `${path}: ${found.figure.downMs}`,
      );
      t.equal(found.figure.excludedMs, 0);
    }
    for (const kind of kinds)
      t.ok(
        (await report(kind)).every(({ withoutClauses }) => !withoutClauses),
        kind,
      );
  });

  const said = {
    ...{ from: cut.onsetAt, to: cut.openedAt, verdict: 'down', why: 'The power of the whole street failed.' },
    ...{ responsibility: 'power', evidence: 'ticket 4711 of the power company' },
  };
  let made: Attestation[] = [];

  await t.test('one statement about the site speaks for all five', async (t) => {
    const bare = await ann.ask('POST', `/api/v1/sites/${siteId}/attestations`, { ...said, evidence: '' });
    t.match([bare.status, bare.text], [400, /Say in \\"evidence\\" what proves whose fault it is/]);
    made = (await ann.do('POST', `/api/v1/sites/${siteId}/attestations`, said)).items;
    t.same(made.map(({ deviceId }) => deviceId).sort(), [...ids].sort());
    t.ok(made.every(({ by, responsibility }) => by === account.name && responsibility === 'power'));
  });

  await t.test('both figures of each machine, the site and both services, in API and CSV', async (t) => {
    for (const path of ledgers) {
      const was = before.get(path);
      const now = await ledger(path);
      await bothFigures(t, path, was?.figure, now);
      const csv = parseCsv(await ann.get(`${path}?${period}&format=csv`));
      for (const [column, figure] of [
        ['state', now.figure],
        ['stateWithoutClauses', now.withoutClauses],
      ] as const) {
        const sums = { up: 0, down: 0, excluded: 0, unknown: 0 };
        for (const row of csv) sums[row[column] as keyof typeof sums] += Number(row.durationMs);
        const { upMs: up, downMs: down, excludedMs: excluded, unknownMs: unknown } = figure ?? { upMs: -1 };
        t.same(sums, { up, down, excluded, unknown }, `${path}: ${column} of the file adds up to its figure`);
      }
      t.ok(csv.some((row) => row.state === 'excluded' && row.stateWithoutClauses === 'down'));
      if (path.includes('/devices/')) {
        const excluded = csv.filter(({ state }) => state === 'excluded');
        t.match(excluded, [{ responsibility: 'power', author: account.name, evidence: /ticket 4711/ }], path);
      }
    }
  });

  await t.test('and of every row of the report', async (t) => {
    for (const kind of kinds) {
      const rows = await report(kind);
      t.equal(rows.length, { device: 5, site: 1, client: 1, service: 2 }[kind], kind);
      for (const { name, always, withoutClauses } of rows) {
        t.ok(always.downMs === 0 && always.excludedMs > 0, `${kind} ${name}`);
        t.match(withoutClauses, { downMs: always.excludedMs, excludedMs: 0, upMs: always.upMs }, `${kind} ${name}`);
      }
    }
    const [site] = await report('site');
    const devices = await report('device');
    t.equal(
      site?.always.excludedMs,
      devices.reduce((sum, { always }) => sum + always.excludedMs, 0),
    );
  });

  await t.test('what was measured is what it was', async (t) => {
    t.same(evidence(), raw);
    for (const id of ids) {
      const { items } = await ann.get(`/api/v1/devices/${id}/presence`);
      t.ok(
        items.some(
          (one: { state: string; reason: string }) => one.state === 'down' && one.reason === 'reboot_unexpected',
        ),
      );
      t.notOk(items.some((one: { state: string }) => one.state === 'excluded'));
      const { revisions } = await ledger(`/api/v1/devices/${id}/ledger`);
      t.match(revisions[0], { by: account.name, why: /attests that it was down \(power\)/ });
    }
  });

  await t.test(
    'a contract that excludes it no longer changes nothing of the past; taken back, it counts again',
    async (t) => {
      await ann.do('PUT', `/api/v1/clients/${clientId}/contract`, { ...terms, excludes: [] });
      for (const path of ledgers) await bothFigures(t, path, before.get(path)?.figure, await ledger(path));
      for (const { id } of made) await ann.do('DELETE', `/api/v1/attestations/${id}`);
      for (const path of ledgers) {
        const now = await ledger(path);
        t.equal(now.withoutClauses, null, path);
        t.same(now.figure, before.get(path)?.figure, path);
      }
      t.same(evidence(), raw);
    },
  );
});

/** What was down is excluded in the one figure and down in the other; nothing else moves. */
async function bothFigures(t: Test, path: string, was: AvailabilityFigure | undefined, now: Ledger): Promise<void> {
  const { figure, withoutClauses, items } = now;
  t.match(figure, { downMs: 0, excludedMs: was?.downMs, upMs: was?.upMs, unknownMs: was?.unknownMs, outages: 0 }, path);
  t.match(
    withoutClauses,
    { downMs: was?.downMs, excludedMs: 0, upMs: was?.upMs, unknownMs: was?.unknownMs, outages: was?.outages },
    `${path} without clauses`,
  );
  const excluded = items.filter(({ state }) => state === 'excluded');
  t.ok(excluded.length > 0 && excluded.every((one) => one.withoutClauses === 'down'), path);
  t.ok(
    items.every(({ state, withoutClauses: other }) => state === 'excluded' || (other ?? null) === null),
    `${path}: only that differs`,
  );
}

function query<T>({ dataDir }: StoryServer, sql: string): T[] {
  const state = new DatabaseSync(join(dataDir, 'state.db'), { readOnly: true });
  try {
    return state.prepare(sql).all() as T[];
  } finally {
    state.close();
  }
}

/** RFC 4180, as a spreadsheet reads it. */
function parseCsv(text: string): Record<string, string>[] {
  const lines = text.split('\r\n').filter((line) => line !== '');
  const rows = lines.map((line) =>
    [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, field = '']) =>
      field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field,
    ),
  );
  const [header = [], ...body] = rows;
  return body.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] ?? ''])));
}
