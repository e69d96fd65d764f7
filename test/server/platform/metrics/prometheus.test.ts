import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import t from 'tap';
import type { DeviceExport, FleetExport } from '../../../../server/platform/metrics/fleet-export.ts';
import { writeFleet } from '../../../../server/platform/metrics/prometheus.ts';
import { escapeLabelValue, TURN_MS } from '../../../../server/platform/metrics/text-format.ts';

const device = (over: Partial<DeviceExport> = {}): DeviceExport => ({
  client: 'acme',
  site: 'hq',
  device: 'db-1',
  name: 'DB "one"\nprimary\\',
  kind: 'server',
  os: 'Debian 12',
  agentVersion: '0.1.0',
  up: true,
  inMaintenance: false,
  bootAtMs: 1_700_000_000_500,
  lastReportAtMs: 1_700_000_100_000,
  value: (metric) => ({ 'cpu.busy': 0.25, 'load.1': 1.5, 'memory.available': 4e9, 'memory.size': 8e9 })[metric] ?? null,
  fileSystems: [{ mountpoint: '/', sizeBytes: 100e9, availableBytes: 40e9, fullAtMs: 1_800_000_000_000 }],
  ...over,
});

const nothing: FleetExport = { devices: [], incidents: [], availability: [], responsesDue: [] };

async function text(fleet: Partial<FleetExport>): Promise<string> {
  return (await Array.fromAsync(writeFleet({ ...nothing, ...fleet }))).join('');
}

const none = { emergency: 0, high: 0, medium: 0, normal: 0 };

t.test('one device, whole', async (t) => {
  const output = await text({
    devices: [device()],
    incidents: [{ client: 'acme', open: { ...none, high: 2 }, unacknowledged: { ...none, high: 1 } }],
  });
  const samples = output.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  t.strictSame(samples, [
    'vigia_device_up{client="acme",site="hq",device="db-1"} 1',
    'vigia_device_info{client="acme",site="hq",device="db-1",name="DB \\"one\\"\\nprimary\\\\",kind="server",os="Debian 12",agent_version="0.1.0"} 1',
    'vigia_device_in_maintenance{client="acme",site="hq",device="db-1"} 0',
    'vigia_device_boot_timestamp_seconds{client="acme",site="hq",device="db-1"} 1700000000.5',
    'vigia_device_last_report_timestamp_seconds{client="acme",site="hq",device="db-1"} 1700000100',
    'vigia_cpu_busy_ratio{client="acme",site="hq",device="db-1"} 0.25',
    'vigia_load1{client="acme",site="hq",device="db-1"} 1.5',
    'vigia_memory_available_bytes{client="acme",site="hq",device="db-1"} 4000000000',
    'vigia_memory_size_bytes{client="acme",site="hq",device="db-1"} 8000000000',
    'vigia_filesystem_size_bytes{client="acme",site="hq",device="db-1",mountpoint="/"} 100000000000',
    'vigia_filesystem_avail_bytes{client="acme",site="hq",device="db-1",mountpoint="/"} 40000000000',
    'vigia_filesystem_full_forecast_timestamp_seconds{client="acme",site="hq",device="db-1",mountpoint="/"} 1800000000',
    'vigia_incidents_open{client="acme",priority="emergency"} 0',
    'vigia_incidents_open{client="acme",priority="high"} 2',
    'vigia_incidents_open{client="acme",priority="medium"} 0',
    'vigia_incidents_open{client="acme",priority="normal"} 0',
    'vigia_incidents_unacknowledged{client="acme",priority="emergency"} 0',
    'vigia_incidents_unacknowledged{client="acme",priority="high"} 1',
    'vigia_incidents_unacknowledged{client="acme",priority="medium"} 0',
    'vigia_incidents_unacknowledged{client="acme",priority="normal"} 0',
  ]);
});

t.test('what is not known is absent, never zero', async (t) => {
  const blind = device({ up: null, bootAtMs: null, lastReportAtMs: null, value: () => null, fileSystems: [] });
  const output = await text({ devices: [blind], incidents: [] });
  const names = output.match(/^vigia_\w+/gm);
  t.strictSame(names, ['vigia_device_info', 'vigia_device_in_maintenance']);
  t.notMatch(await text({ devices: [device({ value: () => Number.NaN })], incidents: [] }), /NaN|vigia_load1/);
});

t.test('when responses are due', async (t) => {
  const due = { client: 'acme', site: 'hq', incident: 'i-1', priority: 'high' as const, dueAtMs: 1_700_000_000_500 };
  const output = await text({
    responsesDue: [
      { ...due, device: 'db-1' },
      { ...due, incident: 'i-2', device: '' },
    ],
  });
  t.strictSame(
    output.split('\n').filter((line) => line.startsWith('vigia')),
    [
      'vigia_incident_response_due_timestamp_seconds{client="acme",site="hq",incident="i-1",priority="high",device="db-1"} 1700000000.5',
      'vigia_incident_response_due_timestamp_seconds{client="acme",site="hq",incident="i-2",priority="high",device=""} 1700000000.5',
    ],
  );
});

t.test('each family is announced once however many devices and chunks there are', async (t) => {
  const devices = Array.from({ length: 3000 }, (_, index) => device({ device: `d-${index}` }));
  const chunks = await Array.fromAsync(writeFleet({ ...nothing, devices }));
  t.ok(chunks.length > 10, 'a large fleet comes in several chunks');
  t.ok(Math.max(...chunks.map((chunk) => chunk.length)) < 70_000, 'chunks are bounded');
  const types = chunks.join('').match(/^# TYPE .*$/gm) ?? [];
  t.equal(types.length, 12);
  t.equal(new Set(types).size, 12);
});

t.test('other work goes on while a large fleet is written', async (t) => {
  // Each look at this clock takes a millisecond: how fast or how busy the machine is does not matter.
  let nowMs = 0;
  let turnAtMs = 0;
  let longestHoldMs = 0;
  let turns = 0;
  let isWriting = true;
  const otherWork = () => {
    longestHoldMs = Math.max(longestHoldMs, nowMs - turnAtMs);
    turnAtMs = nowMs;
    turns += 1;
    if (isWriting) setImmediate(otherWork);
  };
  setImmediate(otherWork);

  const devices = Array.from({ length: 5000 }, (_, index) => device({ device: `d-${index}` }));
  await Array.fromAsync(writeFleet({ ...nothing, devices }, () => ++nowMs));
  isWriting = false;
  otherWork();
  t.ok(turns > 400, `${turns} turns of other work meanwhile`);
  t.ok(longestHoldMs <= 2 * TURN_MS, `the loop was held for ${longestHoldMs} ms at most`);
});

t.test('hostile names stay inside their quotes', (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const escaped = escapeLabelValue(name);
        return !escaped.includes('\n') && /^(?:[^"\\]|\\["\\n])*$/su.test(escaped) && escaped.isWellFormed();
      }),
    ),
  );
  t.end();
});

t.test('promtool finds nothing to mend', async (t) => {
  const input = await text({
    devices: [device(), device({ device: 'db-2', name: '</script>\u0000\u202e', up: false })],
    incidents: [{ client: 'acme', open: none, unacknowledged: none }],
    responsesDue: [
      { client: 'acme', site: '', device: '', incident: 'i-1', priority: 'high', dueAtMs: 1_700_000_000_500 },
    ],
  });
  const { status, stdout, stderr, error } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
  t.equal(error, undefined, 'promtool is installed (Debian: apt install prometheus)');
  t.strictSame({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' });
});
