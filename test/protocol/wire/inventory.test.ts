import fc from 'fast-check';
import t from 'tap';
import { ProtocolError } from '../../../protocol/error.ts';
import { type Inventory, parseInventory } from '../../../protocol/wire/inventory.ts';

const inventory: Inventory = {
  agentVersion: '1.0.0',
  hostname: 'ñandú',
  platform: 'linux',
  architecture: 'x64',
  osName: 'Debian GNU/Linux',
  osVersion: '12',
  kernel: '6.18',
  manufacturer: '',
  model: '',
  serial: 'not permitted',
  virtualisation: 'KVM',
  cpuModel: 'Intel Xeon',
  cpuSockets: 1,
  cpuCores: 2,
  cpuThreads: 4,
  memoryBytes: 25276514304,
  disks: [{ name: 'vda', model: '', kind: 'SSD', sizeBytes: 274877906944, serial: '' }],
  interfaces: [{ name: 'eth0', mac: '02:fc:00:00:00:01', addresses: ['192.0.2.2/24', 'fd00::2/64'] }],
};

t.test('comes back as it went, without fields of newer agents', async (t) => {
  t.same(parseInventory(JSON.stringify(inventory)), inventory);
  t.same(parseInventory(JSON.stringify({ ...inventory, favouriteColour: 'blue' })), inventory);
  const listening = { ...inventory, listening: [22, 443] };
  t.same(parseInventory(JSON.stringify(listening)), listening);
});

t.test('what is refused', async (t) => {
  const f = (change: object, message: RegExp) =>
    t.throws(() => parseInventory(JSON.stringify({ ...inventory, ...change })), { code: 'frame_malformed', message });
  f({ hostname: undefined }, /hostname is not a text/);
  f({ hostname: 5 }, /hostname is not a text/);
  f({ hostname: 'x'.repeat(201) }, /hostname is longer than 200/);
  f({ hostname: 'a\u001b[31m' }, /hostname is not printable/);
  f({ cpuCores: -1 }, /cpuCores/);
  f({ cpuCores: 1.5 }, /cpuCores/);
  f({ memoryBytes: 2 ** 60 }, /memoryBytes/);
  f({ disks: {} }, /disks is not a list/);
  f({ disks: [null] }, /disks is not an object/);
  f({ disks: Array(65).fill(inventory.disks[0]) }, /disks is longer than 64/);
  f({ interfaces: [{ name: 'a', mac: 'b', addresses: [1] }] }, /addresses is not a text/);
  f({ listening: [0] }, /listening is no port/);
  f({ listening: ['22'] }, /listening is no port/);
  f({ listening: Array(65).fill(22) }, /listening is longer than 64/);
  f({ rest: 'x'.repeat(100 * 1024) }, /more than 98304 bytes/);
  for (const json of ['', '[]', 'null', '"x"', '{']) t.throws(() => parseInventory(json), ProtocolError, json);
});

t.test('property: nothing but ProtocolError is thrown', async (t) => {
  const refused = (json: string) => {
    try {
      parseInventory(json);
    } catch (error) {
      return error instanceof ProtocolError;
    }
    return true;
  };
  t.doesNotThrow(() => fc.assert(fc.property(fc.json(), refused)));
  const keys = fc.constantFrom(...Object.keys(inventory));
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(keys, fc.jsonValue(), (key, value) => refused(JSON.stringify({ ...inventory, [key]: value }))),
    ),
  );
});
