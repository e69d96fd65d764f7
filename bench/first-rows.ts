import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { ownSeries } from '../server/app/own-series.ts';
import { openSeries } from '../server/platform/series/open-series.ts';
import { findBrowser } from '../test/support/find-browser.ts';
import { ask } from './lib/client.ts';
import { type FleetFolder, makeFleetFolder } from './lib/fleet-folder.ts';
import { generate } from './lib/generated-series.ts';
import { type Figures, readFlags } from './lib/options.ts';
import { round } from './lib/process-figures.ts';
import { say } from './lib/say.ts';
import { type ServerProcess, startServer } from './lib/server-process.ts';

const BATCH = 2_500;
const INTERVAL_MS = 10_000;
const DEADLINE_MS = 120_000;

const aims = { firstRowsMs: 1_500 };

interface Round {
  readonly firstPaintMs: number;
  /** Rows are on the screen. */
  readonly firstRowsMs: number;
  readonly overviewAskedMs: number;
  readonly overviewThereMs: number;
  readonly overviewBytes: number;
  readonly overviews: number;
  readonly scriptsThereMs: number;
}

/** A browser with an empty cache opens the list of all machines: when its first rows stand there. */
export async function run(args: readonly string[]): Promise<Figures> {
  const flags = readFlags(args, ['machines', 'rounds', 'view', 'strange!']);
  const machines = flags.count('machines', 10_000);
  const folder = await makeFleetFolder(machines);
  let server: ServerProcess | undefined;
  let browser: Browser | undefined;
  try {
    await reportOnce(folder);
    server = await startServer({ dataDir: folder.dataDir, intervalMs: INTERVAL_MS, tls: false });
    say(`${machines} machines have reported once`);
    const cookie = await logIn(server.origin, folder);
    browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox', '--disable-gpu'] });
    const rounds: Round[] = [];
    for (let nth = 0; nth < flags.count('rounds', 5); nth += 1) {
      const one = await open(browser, server.origin, flags.text('view') ?? '/fleet', cookie, !flags.isSet('strange'));
      say(JSON.stringify(one));
      rounds.push(one);
    }
    const medianOf = (pick: (one: Round) => number): number => median(rounds.map(pick));
    return {
      machines,
      rounds: rounds.length,
      firstPaintMs: medianOf(({ firstPaintMs }) => firstPaintMs),
      firstRowsMs: medianOf(({ firstRowsMs }) => firstRowsMs),
      firstRowsBestMs: Math.min(...rounds.map(({ firstRowsMs }) => firstRowsMs)),
      overviewAskedMs: medianOf(({ overviewAskedMs }) => overviewAskedMs),
      overviewThereMs: medianOf(({ overviewThereMs }) => overviewThereMs),
      scriptsThereMs: medianOf(({ scriptsThereMs }) => scriptsThereMs),
      overviewBytes: medianOf(({ overviewBytes }) => overviewBytes),
      overviews: medianOf(({ overviews }) => overviews),
      aims,
    };
  } finally {
    await browser?.close();
    await server?.stop();
    folder.remove();
  }
}

/** The server takes it up when it starts. */
async function reportOnce({ dataDir, deviceIds }: FleetFolder): Promise<void> {
  const toMs = Date.now();
  const series = await openSeries({
    ...ownSeries,
    path: join(dataDir, 'series.db'),
    now: () => toMs,
    onFatal: (cause) => {
      throw cause;
    },
  });
  try {
    const past = { hosts: deviceIds.length, deviceIds, fromMs: toMs - INTERVAL_MS, toMs, intervalMs: INTERVAL_MS };
    for (const reports of generate(past, BATCH)) await series.append(reports);
  } finally {
    await series.close();
  }
}

async function logIn(origin: string, { email, password }: FleetFolder): Promise<{ name: string; value: string }> {
  const { status, cookie } = await ask(`${origin}/api/v1/session`, {
    method: 'POST',
    headers: { origin },
    body: { email, password },
  });
  if (status !== 200 || cookie === undefined) throw new Error(`the login answered ${status}`);
  const at = cookie.indexOf('=');
  return { name: cookie.slice(0, at), value: cookie.slice(at + 1) };
}

/** `isKnown`: somebody was signed in in this browser before, though its cache is empty. */
async function open(
  browser: Browser,
  origin: string,
  view: string,
  cookie: { name: string; value: string },
  isKnown: boolean,
): Promise<Round> {
  const context = await browser.newContext({
    viewport: { width: 1400, height: 900 },
    storageState: {
      cookies: [],
      origins: isKnown ? [{ origin, localStorage: [{ name: 'vigia.signedIn', value: '1' }] }] : [],
    },
  });
  try {
    // As the server sets it: loopback is secure enough for browsers.
    const url = origin.replace(/^http:/, 'https:');
    await context.addCookies([{ ...cookie, url, secure: true, httpOnly: true, sameSite: 'Strict' }]);
    const page = await context.newPage();
    // A function of a browser, handed over as its text.
    await page.addInitScript(`
      const look = () => {
        if (document.querySelector('.fleet-body tr')) requestAnimationFrame(() => setTimeout(() => (window.rowsMs = performance.now())));
        else requestAnimationFrame(look);
      };
      look();
    `);
    await page.goto(`${origin}${view}`, { waitUntil: 'commit', timeout: DEADLINE_MS });
    await page.waitForFunction(() => 'rowsMs' in globalThis, undefined, { timeout: DEADLINE_MS });
    const found = (await page.evaluate(`(() => {
      const entries = performance.getEntriesByType('resource');
      const overviews = entries.filter(({ name }) => name.endsWith('/api/v1/overview'));
      const scripts = entries.filter(({ name }) => name.endsWith('.js'));
      const paint = performance.getEntriesByName('first-contentful-paint')[0];
      return {
        firstPaintMs: paint ? paint.startTime : NaN,
        firstRowsMs: window.rowsMs,
        overviewAskedMs: overviews[0] ? overviews[0].startTime : NaN,
        overviewThereMs: overviews[0] ? overviews[0].responseEnd : NaN,
        overviewBytes: overviews[0] ? overviews[0].transferSize : NaN,
        overviews: overviews.length,
        scriptsThereMs: Math.max(...scripts.map(({ responseEnd }) => responseEnd)),
      };
    })()`)) as Round;
    return Object.fromEntries(
      Object.entries(found).map(([name, value]) => [name, round(value, 0)]),
    ) as unknown as Round;
  } finally {
    await context.close();
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
