import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';
import { startVigia, vigia } from '../../support/vigia.ts';

const environment = { VIGIA_REPORT_INTERVAL: '500ms' };

interface Summary {
  readonly id: string;
  readonly state: string;
  readonly lastReportAt: string | null;
}

function isAlive(pid: number): boolean {
  // A dead child that nobody has waited for yet is a zombie.
  return existsSync(`/proc/${pid}/stat`) && !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
}

t.test('up watches this very machine, and keeps watching it', { timeout: 400_000 }, async (t) => {
  const dataDir = tempDir(t);
  const status = async () => {
    const { stdout } = await vigia(['agent', 'status', '--json', '--data-dir', join(dataDir, 'agent')], { dataDir });
    return JSON.parse(stdout) as { runningAs: number | null; deviceId: string };
  };
  const running = async (otherThan?: number) =>
    until('the agent to run', async () => {
      const { runningAs } = await status();
      return runningAs !== otherThan && runningAs;
    });

  const first = await startVigia(t, 'up', { dataDir, environment });
  const key = (await vigia(['apikey', 'create', '--role', 'viewer'], { dataDir })).stdout.trim();
  const devices = async (address: string): Promise<Summary[]> => {
    const response = await fetch(`${address}/api/v1/devices`, { headers: { authorization: `Bearer ${key}` } });
    return ((await response.json()) as { items: Summary[] }).items;
  };
  const device = await until('the first report', async () => {
    const [only] = await devices(first.address);
    return only?.state === 'up' && only.lastReportAt !== null && only;
  });

  const agent = await running();
  process.kill(agent, 'SIGKILL');
  const restarted = await running(agent);
  t.match(first.log(), /the agent of this machine ended and is started again/);

  first.child.kill('SIGKILL');
  await until('the server to be gone', () => first.child.signalCode !== null);
  const second = await startVigia(t, 'up', { dataDir, environment });
  await until('an agent of the new server alone', async () => {
    const { runningAs } = await status();
    return runningAs !== null && runningAs !== restarted && !isAlive(restarted);
  });
  const [again, ...more] = await devices(second.address);
  t.equal(again?.id, device.id, 'on another port the machine is still the same device');
  t.strictSame(more, []);

  const last = await running(restarted);
  t.strictSame(await second.stop('SIGINT'), { code: 0, signal: null });
  t.notOk(isAlive(last), 'the agent went with it');
});
