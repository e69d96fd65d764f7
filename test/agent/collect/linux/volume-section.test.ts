import t from 'tap';
import { FileReader } from '../../../../agent/collect/linux/files.ts';
import { VolumeSection } from '../../../../agent/collect/linux/volume-section.ts';
import { VolumeProbe } from '../../../../agent/collect/volume-probe.ts';

const asked: string[] = [];

/** A machine whose mounts and sizes (in blocks) the test sets. */
class Machine extends FileReader {
  lines: readonly string[] = [];
  blocksOf: (name: string) => number = () => 1000;
  #roundOver = Promise.withResolvers<void>();
  readonly #answer = (path: Buffer) => {
    asked.push(path.toString());
    const blocks = this.blocksOf(path.toString());
    return { bsize: 4096, frsize: 4096, blocks, bavail: 1, files: 10, ffree: 5 };
  };
  readonly section: VolumeSection;

  constructor(sysRoot = '/sys') {
    super();
    const probe = new VolumeProbe(
      async (path) => this.#answer(path),
      {
        parallel: 1,
        ask: (paths) => ({
          answers: this.#roundOver.promise.then(() => paths.map(this.#answer)),
          ended: this.#roundOver.promise,
        }),
        close() {},
      },
      async () => ({}),
    );
    this.section = new VolumeSection(this, '/proc', sysRoot, probe);
  }

  override textAgain(): string {
    return this.lines.join('\n');
  }

  /** What a round reports, by name. */
  async round(nowMs: number): Promise<ReadonlyMap<string, number | null>> {
    const values = await this.section.sample(nowMs);
    // What is asked apart comes in when the round is over.
    this.#roundOver.resolve();
    this.#roundOver = Promise.withResolvers();
    await new Promise(setImmediate);
    if (values.length !== this.section.metrics.length) throw new Error('values and metrics differ');
    return new Map(this.section.metrics.map(({ name }, index) => [name, values[index] ?? null]));
  }
}

const mount = (device: string, mountpoint: string, type: string, source: string, options = 'rw') =>
  `36 35 ${device} / ${mountpoint} rw - ${type} ${source} ${options}`;
const root = mount('8:1', '/', 'ext4', '/dev/sda1');

t.test('what automount takes away while nobody uses it is still named, and left alone', async (t) => {
  const machine = new Machine();
  const triggers = [
    root,
    mount('0:40', '/proc/sys/fs/binfmt_misc', 'autofs', 'systemd-1', 'rw,direct'),
    mount('0:41', '/mnt/nas', 'autofs', 'systemd-1', 'rw,timeout=60,direct'),
    mount('0:42', '/home', 'autofs', 'auto.home', 'rw,timeout=300,indirect'),
  ];
  const alice = mount('0:51', '/home/alice', 'nfs4', 'nas:/home/alice');
  machine.lines = [...triggers, mount('0:50', '/mnt/nas', 'nfs4', 'nas:/v'), alice];
  const mounted = await machine.round(0);
  for (const name of ['/mnt/nas', '/home/alice']) t.ok(mounted.has(`fs.size[${name}]`), name);
  t.notOk(mounted.has('fs.readable[/home]'), 'nothing is ever mounted there itself');
  machine.lines = triggers;
  asked.length = 0;
  for (const nowMs of [60_000, 120_000]) {
    const idle = await machine.round(nowMs);
    t.same(
      [...idle.keys()].filter((name) => /mnt|home|proc/.test(name)),
      ['fs.readable[/home/alice]', 'fs.readable[/mnt/nas]'],
    );
    t.equal(idle.get('fs.readable[/mnt/nas]'), null, 'nobody knows');
  }
  t.same([...new Set(asked)], ['/'], 'a look would mount it');
  machine.lines = [...triggers, alice];
  const back = await machine.round(180_000);
  t.ok(back.has('fs.size[/home/alice]'));
  machine.lines = [root];
  const gone = await machine.round(240_000);
  t.notOk(
    [...gone.keys()].some((name) => /mnt|home/.test(name)),
    'without its trigger it is gone',
  );
});

t.test('an agent that starts while it is away names it too', async (t) => {
  const machine = new Machine();
  machine.lines = [root, mount('0:41', '/mnt/nas', 'autofs', 'systemd-1', 'rw,timeout=60,direct')];
  t.ok((await machine.round(0)).has('fs.readable[/mnt/nas]'));
});

const ofFamily = (values: ReadonlyMap<string, unknown>, family: string): readonly string[] =>
  [...values.keys()].filter((name) => name.startsWith(`${family}[`)).map((name) => name.slice(family.length + 1, -1));

/** As the agent keeps asking; what is too many is chosen anew each hour. */
async function watch(machine: Machine, fromMs: number, toMs: number): Promise<ReadonlyMap<string, number | null>> {
  let last = await machine.round(fromMs);
  for (let nowMs = fromMs + 20_000; nowMs <= toMs; nowMs += 20_000) last = await machine.round(nowMs);
  return last;
}

t.test('of very many what was watched before is always named, and an agent that just started names most', async (t) => {
  const datasets = (count: number) =>
    Array.from({ length: count }, (_, i) => mount(`0:${100 + i}`, `/tank/${i}`, 'zfs', `tank/${i}`));
  for (const count of [140, 400]) {
    const machine = new Machine();
    machine.lines = [root, ...datasets(count)];
    machine.blocksOf = (name) => 1000 + Number(name.slice(6));
    const last = `/tank/${count - 1}`;
    t.ok(ofFamily(await watch(machine, 0, 120_000), 'fs.size').includes(last));
    machine.blocksOf = (name) => (name === last ? 10 : 1000 + Number(name.slice(6)));
    const later = await watch(machine, 140_000, 7_400_000);
    t.ok(ofFamily(later, 'fs.leftOut').includes(last), `the smallest of ${count} by now`);
    t.ok(ofFamily(later, 'fs.leftOut').length <= 192);
    t.equal(later.get('fs.leftOutCount'), count + 1 - 64);
  }
  const machine = new Machine();
  machine.lines = [root, ...datasets(255)];
  const first = await watch(machine, 0, 120_000);
  t.equal(ofFamily(first, 'fs.leftOut').length + ofFamily(first, 'fs.size').length, 256);
});

t.test('the choice stays while sizes do, also where some are of the network', async (t) => {
  const machine = new Machine();
  const local = Array.from({ length: 50 }, (_, i) => mount(`9:${i}`, `/local${i}`, 'xfs', `/dev/l${i}`));
  const remote = Array.from({ length: 40 }, (_, i) => mount(`0:${100 + i}`, `/nfs${i}`, 'nfs4', `nas:/n${i}`));
  machine.lines = [root, ...local, ...remote];
  machine.blocksOf = (name) => (name.startsWith('/nfs') ? 1000 : 1_000_000);
  await watch(machine, 0, 300_000);
  const choices = new Set<string>();
  for (let hour = 0; hour < 5; hour += 1) {
    const fromMs = 320_000 + hour * 3_600_000;
    choices.add(ofFamily(await watch(machine, fromMs, fromMs + 3_580_000), 'fs.size').join(' '));
  }
  t.equal(choices.size, 1);
  t.equal([...choices].join().match(/local/g)?.length, 50, 'the larger ones');
});

t.test('a large disk of Windows that is called recovery is watched', async (t) => {
  const sysRoot = t.testdir({ dev: { block: { '8:17': { size: '1048576\n' }, '8:33': { size: '1953525168\n' } } } });
  const machine = new Machine(sysRoot);
  machine.lines = [
    root,
    mount('8:17', '/mnt/c/Recovery', 'ntfs3', '/dev/sdb1'),
    mount('8:33', '/mnt/d/Recovery', 'ntfs3', '/dev/sdc1'),
  ];
  t.same(ofFamily(await machine.round(0), 'fs.size'), ['/', '/mnt/d/Recovery']);
});
