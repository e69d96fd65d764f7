import fc from 'fast-check';
import t from 'tap';
import { ProtocolError } from '../../../protocol/error.ts';
import {
  isSourceName,
  MAX_LISTED_POINTS,
  MAX_RECOVERY_FILE_BYTES,
  parseRecoveryDiscovery,
  parseRecoveryFinding,
  parseRecoveryListing,
  parseRecoveryTask,
} from '../../../protocol/wire/recovery-task.ts';
import { holds } from '../../support/property.ts';

const run = {
  from: 'wrapper',
  startedAt: 5,
  endedAt: 9,
  state: 'ended',
  exitCode: 0,
  signal: null,
  pointIds: ['4f1c'],
};
const finding = {
  state: 'ok',
  detail: null,
  tool: 'restic',
  listedAt: 1_764_600_000_000,
  sizeBytes: null,
  points: 1,
  leftOut: 8_000,
  refused: [{ id: 'a', why: 'undated' }],
  moreRefused: 3,
  runs: [run, { ...run, from: 'unit', endedAt: null, state: 'cut_off', exitCode: null, pointIds: [] }],
};
const point = { id: '4f1c', startedAt: 5, finishedAt: null, sizeBytes: 12, hostname: 'files' };
const source = { name: 'files', tool: 'restic', where: '/srv/backup' };
const discovery = {
  sources: [source],
  fault: null,
  proposals: [{ ...source, tool: 'borg', schedule: '0 2 * * *', evidence: ['/etc/cron.d/backup'] }],
};
const file = (document: unknown) => new TextEncoder().encode(JSON.stringify(document));

t.test('what one side writes the other reads, without fields of newer peers', async (t) => {
  const task = { source: 'files', do: 'list' };
  t.same(parseRecoveryTask(JSON.stringify({ ...task, repository: '/etc' })), task);
  t.same(parseRecoveryFinding(JSON.stringify({ ...finding, colour: 'blue' })), finding);
  t.same(parseRecoveryFinding(JSON.stringify({ ...finding, state: 'wrong_password', tool: null })).tool, null);
  t.same(parseRecoveryListing(file({ points: [{ ...point, colour: 'blue' }] })), { points: [point] });
  t.same(parseRecoveryDiscovery(JSON.stringify(discovery)), discovery);
});

t.test('a name is one that can be the name of a file, and nothing more', async (t) => {
  for (const name of ['files', 'Db-2_nightly', '0', 'constructor', 'x'.repeat(48)]) t.ok(isSourceName(name), name);
  const others = [
    '',
    '.',
    '..',
    '../x',
    'a/b',
    '-x',
    '__proto__',
    'a b',
    'a\n',
    'a\0',
    'ä',
    '$x',
    'x'.repeat(49),
    5,
    null,
  ];
  for (const name of others) {
    t.notOk(isSourceName(name), String(name));
    t.throws(() => parseRecoveryTask(JSON.stringify({ source: name, do: 'list' })), { code: 'frame_malformed' });
  }
});

t.test('what is refused', async (t) => {
  const f = (parse: (json: string) => unknown, document: unknown, what: string) =>
    t.throws(() => parse(JSON.stringify(document)), { code: 'frame_malformed', message: new RegExp(what) });
  for (const parse of [parseRecoveryTask, parseRecoveryFinding, parseRecoveryDiscovery]) {
    for (const document of [[], null, 'x', 5]) f(parse, document, 'the document');
    t.throws(() => parse('{'), ProtocolError);
  }
  f(parseRecoveryTask, { source: 'files', do: 'remove' }, 'do');
  f(parseRecoveryFinding, { ...finding, state: 'fine' }, 'state');
  f(parseRecoveryFinding, { ...finding, detail: 'a\u001b[31m' }, 'detail');
  f(parseRecoveryFinding, { ...finding, detail: 'x'.repeat(201) }, 'detail');
  f(parseRecoveryFinding, { ...finding, tool: 'tar' }, 'tool');
  f(parseRecoveryFinding, { ...finding, listedAt: null }, 'listedAt');
  f(parseRecoveryFinding, { ...finding, listedAt: 9e15 }, 'listedAt');
  f(parseRecoveryFinding, { ...finding, points: MAX_LISTED_POINTS + 1 }, 'points');
  f(parseRecoveryFinding, { ...finding, sizeBytes: -1 }, 'sizeBytes');
  f(parseRecoveryFinding, { ...finding, refused: [{ id: 'a', why: 'ugly' }] }, 'why');
  f(parseRecoveryFinding, { ...finding, runs: Array(51).fill(run) }, 'runs');
  f(parseRecoveryFinding, { ...finding, runs: [5] }, 'runs');
  f(parseRecoveryFinding, { ...finding, runs: [{ ...run, exitCode: 256 }] }, 'exitCode');
  f(parseRecoveryFinding, { ...finding, runs: [{ ...run, pointIds: Array(9).fill('a') }] }, 'pointIds');
  f(parseRecoveryDiscovery, { ...discovery, sources: [{ ...source, name: '../x' }] }, 'name');
  f(parseRecoveryDiscovery, { ...discovery, proposals: [{ ...source, evidence: [5] }] }, 'evidence');
  f(parseRecoveryDiscovery, { ...discovery, proposals: Array(33).fill({ ...source, evidence: [] }) }, 'proposals');
});

t.test('the file is bounded, in bytes and in points', async (t) => {
  const many = (count: number) => file({ points: Array(count).fill(point) });
  t.equal(parseRecoveryListing(many(MAX_LISTED_POINTS)).points.length, MAX_LISTED_POINTS);
  const f = (bytes: Uint8Array, what: string) =>
    t.throws(() => parseRecoveryListing(bytes), { code: 'frame_malformed', message: new RegExp(what) });
  f(many(MAX_LISTED_POINTS + 1), 'points');
  f(new Uint8Array(MAX_RECOVERY_FILE_BYTES + 1), 'the file');
  f(Uint8Array.of(0xff, 0xfe, 0), 'the document');
  f(file({ points: [{ ...point, id: '' }] }), 'id');
  f(file({ points: [{ ...point, startedAt: '2026' }] }), 'startedAt');
});

t.test('nothing but ProtocolError is thrown', async (t) => {
  const isRead = (read: () => unknown) => {
    try {
      read();
    } catch (error) {
      return error instanceof ProtocolError;
    }
    return true;
  };
  const mutated = (document: object) =>
    fc
      .tuple(fc.constantFrom(...Object.keys(document)), fc.jsonValue())
      .map(([key, value]) => ({ ...document, [key]: value }));
  const anything = fc.oneof(
    fc.string(),
    fc.oneof(fc.jsonValue(), mutated(finding), mutated(discovery)).map((one) => JSON.stringify(one)),
  );
  holds(
    t,
    fc.property(
      anything,
      (json) =>
        [parseRecoveryTask, parseRecoveryFinding, parseRecoveryDiscovery].every((parse) => isRead(() => parse(json))) &&
        isRead(() => parseRecoveryListing(new TextEncoder().encode(json))),
    ),
  );
});
