import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { createApp } from '../../server/app/app.ts';
import { readConfig } from '../../server/app/config/config.ts';
import { Api, PUBLIC_URL } from './api.ts';
import { begin } from './beginning.ts';
import { recordMetrics, recordSeries } from './figures.ts';
import { Machines } from './fleet.ts';
import { Page } from './live.ts';
import { Normaliser } from './normalise.ts';
import { startOutside } from './receivers.ts';
import { recordReading, recordRefusals } from './routes.ts';
import { idsOf, recordRows } from './rows.ts';
import { takeSamples } from './samples.ts';
import { recordSchema } from './schema.ts';
import { live, type Stage } from './story.ts';
import { Tape, writeSections } from './tape.ts';
import { stillness, time } from './world.ts';

/** Started by main.ts in a process of its own: lives the hour with a real server, and writes what happened into a folder. */

const [, , outDir = ''] = process.argv;
const WARN = 40;
/** Answers the same whatever happens. */
const isSettled = (path: string): boolean => /holiday|preset|install/.test(path);
const tape = new Tape();
// Whoever started this removes the folder, however it ends.
mkdirSync(outDir, { recursive: true });
const dataDir = mkdtempSync(join(outDir, 'data-'));

const logger = pino(
  { level: 'info', base: null },
  {
    write(text) {
      const line = JSON.parse(text) as { readonly level: number; readonly time: number };
      if (line.level >= WARN) tape.add('log', { ...line, time: new Date(line.time).toISOString() });
    },
  },
);

const outside = await stillness.during(startOutside(tape));
const app = await stillness.during(
  createApp({
    config: readConfig({
      VIGIA_DATA_DIR: dataDir,
      VIGIA_PORT: '0',
      VIGIA_PUBLIC_URL: PUBLIC_URL,
      VIGIA_MAIL_NAME: 'vigia.example',
      VIGIA_NOTIFY_PRIVATE: '1',
      VIGIA_REPORT_INTERVAL: '30s',
      VIGIA_TIME_ZONE: 'Asia/Tashkent',
    }),
    logger,
    version: '0.0.0-tape',
    clock: { now: () => time.now(), driftMs: () => 0 },
    onFatal: (cause) => {
      throw cause;
    },
  }),
);
await stillness.during(app.start());
const link = app.firstRunLink();
if (link === null) throw new Error('A new server has no link for the first run.');
const api = new Api(Number(new URL(app.address()).port), tape);
const machines = new Machines(api, tape);
const beginning = await begin(api, machines, link);
const { people } = beginning;
const { admin } = people;
const pages: Stage['pages'] = {
  admin: await Page.open(api.port, admin, tape),
  viewer: await Page.open(api.port, people.viewer, tape),
};

await live({ api, machines, outside, pages, beginning }, async () => {
  const samples = await takeSamples(api, machines, beginning);
  const section = 'routes-in-trouble';
  await recordReading(api, tape, { section, callers: [admin], samples, admin, isLeftOut: isSettled });
});

const samples = await takeSamples(api, machines, beginning);
const { technician, viewer, key, scraper, portal, nobody } = people;
const callers = [admin, technician, viewer, key, scraper, portal, nobody];
await recordReading(api, tape, { section: 'routes', callers, samples, admin });
await recordRefusals(api, tape, callers, admin);
await recordSchema(api, tape, admin);
await recordSeries(api, tape, admin, machines);
await recordMetrics(api, tape, scraper);
machines.recordPings();
await api.act(viewer, 'DELETE', '/api/v1/session');
await stillness.pass(5_000);
await pages.admin.close();
await api.close();
await stillness.until(app.stop());
await outside.close();
const state = join(dataDir, 'state.db');
recordRows(state, tape);
writeSections(outDir, tape.sections(new Normaliser(idsOf(state))));
process.exit(0);
