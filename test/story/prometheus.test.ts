import { spawnSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import t from 'tap';
import { startPrometheus } from '../support/prometheus.ts';
import { startServer } from '../support/story.ts';
import { enrol, meminfoBytes } from '../support/story-agent.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

t.test('Prometheus scrapes /metrics and knows what the machine shows', async (t) => {
  const server = await startServer(t, { reportInterval: '500ms' });
  const machine = await enrol(t, server);
  machine.start();
  const device = await server.untilDevice(machine.deviceId, 'reports', ({ lastReportAt }) => lastReportAt !== null);

  const target = { static_configs: [{ targets: [new URL(server.address).host] }] };
  const { ask, query } = await startPrometheus(t, {
    global: { scrape_interval: '1s' },
    scrape_configs: [
      { job_name: 'vigia', ...target, authorization: { credentials: await server.key('metrics') } },
      { job_name: 'keyless', ...target },
    ],
  });
  await until('a scrape', async () => (await query('up{job="vigia"}'))[0]?.value === 1);

  t.test('the target is healthy', async (t) => {
    const healthOf = async (job: string) => {
      const { activeTargets } = await ask('targets?state=active');
      return activeTargets.find(({ labels }: { labels: { job: string } }) => labels.job === job);
    };
    t.match(await healthOf('vigia'), { health: 'up', lastError: '' });
    const keyless = await until('a scrape without a key', async () => {
      const target = await healthOf('keyless');
      return target.health !== 'unknown' && target;
    });
    t.match(keyless, { health: 'down', lastError: /401/ }, 'without a key it learns nothing');
  });

  t.test('the values', async (t) => {
    const labels = { client: 'acme', site: 'main-office', device: device.slug };
    const [available] = await query('vigia_filesystem_avail_bytes{mountpoint="/"}');
    t.match(available?.labels, { ...labels, mountpoint: '/' });
    const { bavail, blocks, bsize } = statfsSync('/');
    t.ok(
      Math.abs((available?.value ?? 0) - bavail * bsize) < 4 * 2 ** 30,
      'what is free, give or take what other tests write',
    );
    t.match(await query('vigia_filesystem_size_bytes{mountpoint="/"}'), [{ labels, value: blocks * bsize }]);
    t.match(await query('vigia_memory_size_bytes'), [{ labels, value: meminfoBytes('MemTotal') }]);
    t.match(await query('vigia_device_up'), [{ labels, value: 1 }]);
    t.match(await query('vigia_incidents_open{priority="high"}'), [{ labels: { client: 'acme' }, value: 0 }]);
  });

  t.test('promtool has nothing to say', async (t) => {
    const text = await server.get('/metrics', 'metrics');
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    t.equal(`${stdout}${stderr}`, '');
    t.equal(status, 0);
  });
});
