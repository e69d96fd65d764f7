import { setTimeout as sleep } from 'node:timers/promises';
import { ask, metricIn, openDashboard, scrape } from './lib/client.ts';
import { type Figures, readFlags } from './lib/options.ts';
import { readMemory, round } from './lib/process-figures.ts';
import { say } from './lib/say.ts';
import { startServer } from './lib/server-process.ts';
import { type Fleet, fleetFlags, withFleet } from './lib/start-fleet.ts';

const BACK_DEADLINE_MS = 180_000;
const SETTLE_DEADLINE_MS = 120_000;
/** How long after the return incidents could still be raised by mistake: absence is judged 90 s after a start. */
const JUDGED_AFTER_MARGIN_MS = 35_000;

const aims = { allBackMs: 60_000, peakToMean: 3, falseIncidents: 0, startToReadyMs: 3_000, lostReports: 0 };

/** All agents are connected, the server is killed or stopped and started again: how soon and how evenly they are back, and what it says. */
export function run(args: readonly string[]): Promise<Figures> {
  const flags = readFlags(args, [...fleetFlags, 'down', 'judge!', 'politely!']);
  const downMs = flags.durationMs('down', '5s');
  return withFleet(flags, { agents: 1_000, warmUp: '20s' }, async (fleet) => {
    const { server, folder, load, agents, intervalMs, dashboard } = fleet;
    dashboard.close();
    await load.begin();
    if (flags.isSet('politely')) await server.stop();
    else await server.kill();
    say(flags.isSet('politely') ? 'the server was stopped' : 'the server was killed');
    await sleep(downMs);
    const startedAt = Date.now();
    const again = await startServer({ dataDir: folder.dataDir, intervalMs, tls: true, port: server.port });
    const readyAt = Date.now();
    say(`it is ready again after ${Math.round(again.startToReadyMs)} ms`);
    try {
      const allBackAt = await untilAllBack(fleet, again.origin);
      const returns = await load.returns();
      const { peak, mean, counts } = perSecond(returns);
      say(`all are back ${allBackAt - readyAt} ms after that; in each second: ${counts.join(' ')}`);
      const page = await openDashboard(again.origin, folder);
      if (flags.isSet('judge')) {
        const { judgingFrom } = (await overview(again.origin, page.cookie)).server;
        await sleep(Math.max(0, Date.parse(judgingFrom) + JUDGED_AFTER_MARGIN_MS - Date.now()));
      }
      const { incidents } = await overview(again.origin, page.cookie);
      const settled = await load.settle(SETTLE_DEADLINE_MS);
      const { text } = await scrape(again.origin, folder.metricsKey);
      const memory = readMemory(again.pid);
      page.close();
      const lostReports = settled.unacknowledged + settled.dropped;
      return {
        failed: lostReports > 0 || incidents.length > 0,
        agents,
        intervalMs,
        downMs,
        startToReadyMs: Math.round(again.startToReadyMs),
        allBackMs: allBackAt - readyAt,
        allBackAfterStartMs: allBackAt - startedAt,
        returnsPeakSecond: peak,
        returnsPerSecondMean: round(mean, 1),
        peakToMean: round(peak / mean, 2),
        falseIncidents: incidents.length,
        incidents: [...new Set(incidents.map(({ sentence }) => sentence))].slice(0, 5),
        lostReports,
        storedReports: metricIn(text, 'vigia_reports_total'),
        lostLinks: settled.lostLinks - agents,
        serverRssBytes: memory.rssBytes,
        serverLog: again.log(),
        aims,
      };
    } finally {
      await load.close();
      await again.kill();
    }
  });
}

async function untilAllBack({ agents, load, folder }: Fleet, origin: string): Promise<number> {
  const until = Date.now() + BACK_DEADLINE_MS;
  for (;;) {
    const { connected, endings } = await load.figures();
    if (connected >= agents) {
      const { text } = await scrape(origin, folder.metricsKey);
      if (metricIn(text, 'vigia_agents_connected') >= agents) {
        return Math.max(...(await load.returns()).map(({ lastAt }) => lastAt));
      }
    }
    if (Date.now() > until) throw new Error(`${connected} of ${agents} are back: ${JSON.stringify(endings)}`);
    await sleep(250);
  }
}

function perSecond(returns: readonly { readonly perSecond: readonly number[]; readonly firstAt: number }[]) {
  const total = new Map<number, number>();
  for (const { perSecond, firstAt } of returns) {
    for (const [second, count] of perSecond.entries()) {
      const at = Math.floor(firstAt / 1000) + second;
      total.set(at, (total.get(at) ?? 0) + count);
    }
  }
  const first = Math.min(...total.keys());
  const length = Math.max(...total.keys()) - first + 1;
  const counts = Array.from({ length }, (_, second) => total.get(first + second) ?? 0);
  const sum = counts.reduce((all, count) => all + count, 0);
  return { peak: Math.max(...counts), mean: sum / length, counts };
}

interface Seen {
  readonly server: { readonly judgingFrom: string };
  readonly incidents: readonly { readonly sentence: string }[];
}

async function overview(origin: string, cookie: string): Promise<Seen> {
  const { status, body } = await ask(`${origin}/api/v1/overview`, { headers: { cookie } });
  if (status !== 200) throw new Error(`the overview answered ${status}`);
  return JSON.parse(body.toString()) as Seen;
}
