import t from 'tap';
import { countCopies, type Place } from '../../../../server/domain/recovery/copies.ts';
import { ExposureLine } from '../../../../server/domain/recovery/exposure-line.ts';
import { type RotatingDisk, rotationState } from '../../../../server/domain/recovery/rotation.ts';
import { BASE, point } from '../../../support/recovery.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = BASE + 10 * DAY;
const machine = { siteId: 'office', medium: 'disk' } as const;
const aged = (ageMs: number): ExposureLine => ExposureLine.of([point({ startedAt: NOW - ageMs })]);

t.test('three copies, two media, one elsewhere', async (t) => {
  const all: Record<string, Place> = {
    disk: { id: 'disk', siteId: 'office', medium: 'disk' },
    nas: { id: 'nas', siteId: 'office', medium: 'nas' },
    branch: { id: 'branch', siteId: 'branch', medium: 'disk' },
    cloud: { id: 'cloud', siteId: null, medium: 'cloud' },
  };
  const f = (what: string, ages: Record<string, number>, maxAgeMs: number | null, want: object) => {
    const places = Object.keys(ages).flatMap((id) => all[id] ?? []);
    const lines = new Map(Object.entries(ages).map(([id, ageMs]) => [id, aged(ageMs)]));
    t.match(countCopies(lines, places, machine, maxAgeMs, NOW), want, what);
  };
  const few = { key: 'recovery.copies.too-few' };
  const none = { key: 'recovery.copies.no-offsite', params: { newest: null } };
  f('all three', { nas: HOUR, cloud: HOUR }, DAY, {
    copyCount: 3,
    mediaCount: 3,
    offsiteCount: 1,
    is321: true,
    said: [],
  });
  f('none', {}, DAY, { copyCount: 1, mediaCount: 1, offsiteCount: 0, is321: false, said: [few, none] });
  f('two, all here', { disk: HOUR, nas: HOUR }, DAY, { copyCount: 3, offsiteCount: 0, is321: false, said: [none] });
  f('one medium', { disk: HOUR, branch: HOUR }, DAY, { copyCount: 3, mediaCount: 1, is321: false, said: [few] });
  f('at another of our sites', { nas: HOUR, branch: HOUR }, DAY, { offsiteCount: 1, is321: true });
  f('the one elsewhere is old', { nas: HOUR, cloud: DAY + 1 }, DAY, {
    copyCount: 2,
    offsiteCount: 0,
    said: [few, { key: 'recovery.copies.no-offsite', params: { newest: NOW - DAY - 1 } }],
  });
  f('to the ms', { nas: HOUR, cloud: DAY }, DAY, { is321: true });
  f('any age', { nas: HOUR, cloud: 9 * DAY }, null, { is321: true });
  const unknown = countCopies(new Map(), [all.cloud as Place], machine, DAY, NOW);
  t.match(unknown, { copies: [{ placeId: 'cloud', isOffsite: true, newestAt: null, counts: false }], copyCount: 1 });
});

t.test('disks that take turns: the one that is away is the copy elsewhere', async (t) => {
  const disk = (
    id: string,
    presentSince: number | null,
    lastSeenAt: number | null,
    newestAt: number | null,
  ): RotatingDisk => ({
    id,
    name: `Disk ${id}`,
    presentSince: presentSince === null ? null : NOW - presentSince * DAY,
    lastSeenAt: lastSeenAt === null ? null : NOW - lastSeenAt * DAY,
    newestAt: newestAt === null ? null : NOW - newestAt * DAY,
  });
  const f = (what: string, disks: RotatingDisk[], everyDays: number | null, want: object) => {
    const everyMs = everyDays === null ? null : everyDays * DAY;
    t.match(rotationState(disks, everyMs, NOW), want, what);
    t.match(rotationState(disks.toReversed(), everyMs, NOW), want, `${what}: in any order`);
  };
  const three = [disk('A', 3, 0, 0), disk('B', null, 3, 4), disk('C', null, 10, 11)];
  f('C was away longest', three, 7, {
    presentIds: ['A'],
    nextId: 'C',
    offsiteAt: NOW - 4 * DAY,
    isOverdue: false,
    said: null,
  });
  f('the swap is due to the ms', three, 3, { dueAt: NOW, isOverdue: false });
  f('it is overdue', three, 2, {
    dueAt: NOW - DAY,
    isOverdue: true,
    said: { key: 'recovery.disk.swap', params: { here: 'Disk A', next: 'Disk C', due: NOW - DAY } },
  });
  f('no pace', three, null, { dueAt: null, isOverdue: false, nextId: 'C' });
  f('a new one comes first', [...three, disk('D', null, null, null)], 7, { nextId: 'D', offsiteAt: NOW - 4 * DAY });
  f('alike: by their ids', [disk('A', 1, 0, 0), disk('C', null, 3, 3), disk('B', null, 3, 3)], 7, { nextId: 'B' });
  const here = rotationState([disk('A', 3, 0, 0), disk('B', 1, 0, 0)], 7, NOW);
  t.match(here, {
    presentIds: ['A', 'B'],
    nextId: null,
    offsiteAt: null,
    dueAt: null,
    said: { key: 'recovery.disk.all-here' },
  });
  f('none is here', [disk('A', null, 2, 2)], 1, {
    presentIds: [],
    nextId: 'A',
    dueAt: null,
    said: { key: 'recovery.disk.none-here', params: { next: 'Disk A' } },
  });
  t.match(
    rotationState([], 1, NOW),
    { said: { key: 'recovery.disk.none-here', params: { next: null } } },
    'no disk at all',
  );
  f('plugged in in the future', [disk('A', -1, 2, 2)], 1, { presentIds: [], nextId: 'A' });
});
