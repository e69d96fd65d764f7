import t, { type Test } from 'tap';
import type { InventoryInterface } from '../../../../protocol/wire/inventory.ts';
import { everyClient, ofClients } from '../../../../server/domain/scope.ts';
import { scrapeTargets } from '../../../../server/features/devices/scrape-targets.ts';
import { linkOpened } from '../../../../server/fleet/device-connection.ts';
import { identify } from '../../../../server/fleet/device-identity.ts';
import { Fleet } from '../../../../server/fleet/fleet.ts';
import { addTenant, tempStore } from '../../../support/store.ts';

const AT = Date.UTC(2026, 2, 1);

async function setUp(t: Test) {
  const store = await tempStore(t, { nowMs: AT });
  const [acme, globex] = [await addTenant(store, 'Acme'), await addTenant(store, 'Globex')];
  const fleet = new Fleet(store);
  await fleet.load();
  return { fleet, acme, globex };
}

function inventory(addresses: readonly string[]): string {
  const texts = {
    agentVersion: '0.1.0',
    hostname: 'srv',
    platform: 'linux',
    architecture: 'x64',
    osName: '',
    osVersion: '',
  };
  const machine = { kernel: '', manufacturer: '', model: '', serial: '', virtualisation: '', cpuModel: '' };
  const sizes = { cpuSockets: 1, cpuCores: 1, cpuThreads: 1, memoryBytes: 1, disks: [] };
  const interfaces: InventoryInterface[] = addresses.map((address, index) => ({
    ...{ name: `eth${index}`, mac: '', addresses: [address] },
  }));
  return JSON.stringify({ ...texts, ...machine, ...sizes, interfaces });
}

/** What Prometheus is told of one machine that has told these addresses, and whose connection came from there. */
async function targetOf(t: Test, addresses: readonly string[] | string | null, cameFrom: string | null) {
  const { fleet, acme } = await setUp(t);
  const record = fleet.require(acme.device.id);
  const json = typeof addresses === 'string' || addresses === null ? addresses : inventory(addresses);
  identify(record, { ...record.info, inventory_json: json });
  if (cameFrom !== null) linkOpened(record.connection, { peer: null, remoteAddress: cameFrom, intervalMs: 1_000 }, AT);
  const [found] = await scrapeTargets(fleet, everyClient);
  return found;
}

t.test('the address at which others reach a machine', async (t) => {
  const cases: [
    what: string,
    told: readonly string[] | string | null,
    cameFrom: string | null,
    target: string | null,
  ][] = [
    ['IPv4 before IPv6', ['2001:db8::7/64', '192.168.1.7/24'], null, '192.168.1.7'],
    ['IPv6 in brackets', ['2001:db8::7/64'], null, '[2001:db8::7]'],
    ['the one that leads to this server', ['10.0.0.7/8', '192.168.1.7/24'], '::ffff:192.168.1.7', '192.168.1.7'],
    ['never the router in front of it', ['10.0.0.7/8', '192.168.1.7/24'], '198.51.100.9', '10.0.0.7'],
    ['not the one who scrapes', ['127.0.0.1/8', '::1/128', '::ffff:127.0.0.1', '10.0.0.7/8'], '127.0.0.1', '10.0.0.7'],
    [
      'not what hands out the secrets of a cloud',
      ['169.254.169.254/16', '::ffff:169.254.169.254', 'fd00:ec2::254/64'],
      null,
      null,
    ],
    ['no multicast, no everything', ['224.0.0.1/4', '0.0.0.0/0', '::/0', 'fe80::1/64'], null, null],
    ['no text that is no address', ['example.com', '10.0.0.7:80', '"', ''], null, null],
    ['nothing told', [], '10.0.0.7', null],
    ['no inventory yet', null, '10.0.0.7', null],
    ['one that an earlier build kept', '{"hostname":"srv"}', null, null],
  ];
  for (const [what, told, cameFrom, target] of cases) {
    t.strictSame((await targetOf(t, told, cameFrom))?.targets ?? null, target === null ? null : [target], what);
  }
});

t.test('its labels are those of /metrics, and what a rule of relabelling may look at', async (t) => {
  const { fleet, acme } = await setUp(t);
  const record = fleet.require(acme.device.id);
  const info = { ...record.info, name: 'DB "one"', tags_json: '["database","till"]' };
  identify(record, { ...info, inventory_json: inventory(['192.168.1.7/24', '2001:db8::7/64']) });
  t.strictSame(await scrapeTargets(fleet, everyClient), [
    {
      targets: ['192.168.1.7'],
      labels: {
        client: 'acme',
        site: 'main',
        device: 'acme-srv',
        __meta_vigia_name: 'DB "one"',
        __meta_vigia_kind: 'server',
        __meta_vigia_os: 'linux',
        __meta_vigia_platform: 'linux',
        __meta_vigia_hostname: 'acme-srv',
        __meta_vigia_tags: ',database,till,',
        __meta_vigia_addresses: ',192.168.1.7,2001:db8::7,',
      },
    },
  ]);
});

t.test('two clients with one private address stay two, and each key sees its own', async (t) => {
  const { fleet, acme, globex } = await setUp(t);
  for (const { device } of [acme, globex]) {
    const record = fleet.require(device.id);
    identify(record, { ...record.info, inventory_json: inventory(['192.168.1.7/24']) });
  }
  const all = await scrapeTargets(fleet, everyClient);
  t.strictSame(all.map(({ targets, labels }) => [...targets, labels.client]).sort(), [
    ['192.168.1.7', 'acme'],
    ['192.168.1.7', 'globex'],
  ]);
  const own = await scrapeTargets(fleet, ofClients(globex.client.id));
  t.strictSame(
    own.map(({ labels }) => labels.client),
    ['globex'],
  );
});
