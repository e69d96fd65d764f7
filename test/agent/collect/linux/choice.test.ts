import fc from 'fast-check';
import t from 'tap';
import { chooseVolumes } from '../../../../agent/collect/linux/choice.ts';
import type { Volume } from '../../../../agent/collect/volume.ts';

const volume = (name: string, pool = name): Volume => {
  return { name, path: Buffer.from(name), mayHang: false, readOnly: false, pool };
};
const names = (volumes: readonly Volume[]) => volumes.map(({ name }) => name);

t.test('up to 64 all are watched, in their order', async (t) => {
  const volumes = Array.from({ length: 64 }, (_, index) => volume(`/m${index}`));
  t.same(
    chooseVolumes(volumes, () => undefined),
    { watched: volumes, leftOut: [] },
  );
});

t.test('of more, the largest, each pool once before any of it twice, and the root', async (t) => {
  const datasets = Array.from({ length: 60 }, (_, index) => volume(`/tank/${index}`, 'zfs tank'));
  const disks = Array.from({ length: 10 }, (_, index) => volume(`/disk${index}`));
  const sizes = new Map([
    ['/', 1],
    ...datasets.map(({ name }) => [name, 1000] as const),
    ...disks.map(({ name }, index) => [name, 10 + index] as const),
  ]);
  const { watched, leftOut } = chooseVolumes([...datasets, ...disks, volume('/')], ({ name }) => sizes.get(name));
  t.equal(watched.length, 64);
  t.ok(names(watched).includes('/'));
  for (const disk of names(disks)) t.ok(names(watched).includes(disk), disk);
  t.equal(leftOut.length, 7);
  t.ok(names(leftOut).every((name) => name.startsWith('/tank/')));
  const unknown = chooseVolumes([...disks, ...datasets, volume('/nas')], ({ name }) => sizes.get(name));
  t.ok(names(unknown.watched).includes('/nas'), 'one that does not answer may be the one that matters');
});

t.test('property: nothing is lost or doubled, and of plain disks none that is left out is larger', async (t) => {
  const sizes = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 65, maxLength: 200 });
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(sizes, (all) => {
        const volumes = all.map((_, index) => volume(`/m${index}`));
        const sizeOf = ({ name }: Volume) => all[Number(name.slice(2))];
        const { watched, leftOut } = chooseVolumes(volumes, sizeOf);
        const least = Math.min(...watched.map((one) => sizeOf(one) ?? 0));
        return (
          watched.length === 64 &&
          new Set([...watched, ...leftOut]).size === volumes.length &&
          leftOut.every((one) => (sizeOf(one) ?? 0) <= least)
        );
      }),
    ),
  );
});
