import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { errorCodes, ProtocolError } from '../../../protocol/error.ts';
import { decodeFrame, encodeFrame, frameTags } from '../../../protocol/wire/codec.ts';
import {
  type Frame,
  goodbyeReasons,
  MAX_FRAME_BYTES,
  MAX_FRAME_BYTES_BEFORE_AUTH,
  MAX_INVENTORY_BYTES,
} from '../../../protocol/wire/frame.ts';
import {
  MAX_TASK_BYTES,
  MAX_TASK_FILE_BYTES,
  MAX_TASK_MS,
  MAX_TASK_PART_BYTES,
  MAX_TASK_RESULT_BYTES,
  taskOutcomes,
} from '../../../protocol/wire/task.ts';
import { goldenFrames } from '../../support/golden-frames.ts';

const hexOf = (frame: Frame) => Buffer.from(encodeFrame(frame)).toString('hex');
const plain = (frame: Frame) =>
  JSON.parse(JSON.stringify(frame, (_, value) => (value instanceof Uint8Array ? [...value] : value)));

t.test('the bytes of every frame', async (t) => {
  for (const [name, frame, hex] of goldenFrames) {
    t.equal(hexOf(frame), hex, name);
    t.same(plain(decodeFrame(Buffer.from(hex, 'hex'))), plain(frame), name);
  }
  const shown = new Set(goldenFrames.map(([, frame]) => frame.type));
  t.same(
    Object.keys(frameTags).filter((type) => !shown.has(type as Frame['type'])),
    [],
    'no type is missing',
  );
});

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const clock = fc.integer({ min: 0, max: 2 ** 50 });
const clocks = fc.record({ wallMs: clock, monotonicMs: clock, bootMs: clock });
const clockChange = fc.integer({ min: -(2 ** 50), max: 2 ** 50 });
const name = (maxLength: number) => fc.string({ maxLength });
const small = fc.nat(0xffff);
const duration = fc.nat(86_400_000);
const range = fc.tuple(fc.maxSafeNat(), fc.maxSafeNat()).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
const scaled = fc.option(fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 }));
const metric = fc.record({
  name: fc.stringMatching(/^[a-zA-Z.]{1,20}(\[[\w/]{0,20}\])?$/),
  unit: fc.constantFrom('ratio', 'bytes', 'seconds', 'count', 'celsius', 'load', 'flag'),
  kind: fc.constantFrom('gauge', 'counter'),
  decimals: fc.nat(6),
});
const type = <T extends Frame['type']>(value: T) => fc.constant(value);

const anyFrame = fc.oneof(
  fc.record({
    type: type('hello'),
    versionMin: fc.nat(255),
    versionMax: fc.nat(255),
    features: fc.maxSafeNat(),
    publicKey: bytes(32),
    nonce: bytes(32),
    runId: bytes(16),
    machineId: name(64),
    bootId: name(64),
    agentVersion: name(32),
    intervalMs: duration,
    clocks,
  }),
  fc.record({
    type: type('challenge'),
    version: fc.nat(255),
    nonce: bytes(32),
    identityKey: bytes(32),
    certificateHash: fc.constantFrom(new Uint8Array(), new Uint8Array(32).fill(7)),
    serverTimeMs: fc.maxSafeNat(),
    signature: bytes(64),
  }),
  fc.record({ type: type('proof'), signature: bytes(64) }),
  fc.record({
    type: type('welcome'),
    deviceId: name(64),
    features: fc.maxSafeNat(),
    intervalMs: duration,
    serverTimeMs: fc.maxSafeNat(),
  }),
  fc.record({ type: type('run'), run: small, runId: bytes(16), bootId: name(64) }),
  fc.record({
    type: type('schema'),
    run: small,
    schema: small,
    metrics: fc.uniqueArray(metric, { minLength: 1, maxLength: 60, selector: (one) => one.name }),
  }),
  fc.record({
    type: type('report'),
    run: small,
    schema: small,
    sequence: fc.maxSafeNat(),
    backfill: fc.boolean(),
    clocks,
    scaled: fc.array(scaled, { maxLength: 100 }),
  }),
  fc
    .record({
      type: type('report_delta'),
      run: small,
      schema: small,
      sequence: fc.maxSafeNat().filter((sequence) => sequence > 0),
      backfill: fc.boolean(),
      clockChanges: fc.record({ wallMs: clockChange, monotonicMs: clockChange, bootMs: clockChange }),
      changes: fc.uint8Array({ maxLength: 100 }),
      check: fc.integer(),
    })
    .chain((frame) => fc.nat(Math.min(frame.sequence - 1, 2 ** 31 - 1)).map((base) => ({ ...frame, base }))),
  fc
    .tuple(small, range, fc.constantFrom('spool_full', 'spool_damaged'))
    .map(([run, [from, to], cause]) => ({ type: 'gap', run, from, to, cause }) as const),
  fc.record({ type: type('inventory'), json: fc.string() }),
  fc.record({ type: type('probe'), json: fc.string() }),
  fc.record({ type: type('plan'), json: fc.string() }),
  fc.record({ type: type('probe_result'), json: fc.string() }),
  fc.record({ type: type('task'), id: bytes(16), kind: name(20), remainingMs: duration, json: fc.string() }),
  fc.record({
    type: type('task_result'),
    id: bytes(16),
    outcome: fc.constantFrom(...taskOutcomes),
    ageMs: clock,
    dropped: small,
    fileBytes: fc.nat(MAX_TASK_FILE_BYTES),
    json: fc.string(),
  }),
  fc.record({ type: type('task_file'), id: bytes(16), offset: fc.nat(MAX_TASK_FILE_BYTES), bytes: fc.uint8Array() }),
  fc.record({ type: type('task_taken'), id: bytes(16) }),
  fc.record({
    type: type('processes'),
    clocks,
    processes: fc.array(
      fc.record({
        name: name(128),
        cpuRatio: fc.nat(10_000).map((value) => value / 10_000),
        memoryBytes: fc.maxSafeNat(),
        count: fc.nat(10_000_000),
      }),
      { maxLength: 32 },
    ),
  }),
  fc.record({ type: type('ack'), run: small, ranges: fc.array(range, { maxLength: 100 }) }),
  fc.record({ type: type('ping'), id: fc.maxSafeNat() }),
  fc.record({ type: type('pong'), id: fc.maxSafeNat(), clocks: fc.option(clocks) }),
  fc.record({ type: type('goodbye'), reason: fc.constantFrom(...goodbyeReasons), returnInMs: duration }),
  fc.record({
    type: type('error'),
    code: fc.constantFrom(...(Object.keys(errorCodes) as (keyof typeof errorCodes)[])),
    message: name(512),
    fatal: fc.boolean(),
    retryInMs: duration,
  }),
) as fc.Arbitrary<Frame>;

t.test('every frame comes back as it was sent', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(anyFrame, (frame) => {
        if (!isDeepStrictEqual(plain(decodeFrame(encodeFrame(frame))), plain(frame))) throw new Error(hexOf(frame));
      }),
      { numRuns: 500 },
    ),
  );
});

t.test('the sizes that the stages allow', async (t) => {
  const [, hello] = goldenFrames.find(([name]) => name === 'hello') ?? [];
  const [, challenge] = goldenFrames.find(([name]) => name === 'challenge') ?? [];
  const longest = {
    ...hello,
    machineId: 'm'.repeat(64),
    bootId: 'b'.repeat(64),
    agentVersion: 'v'.repeat(32),
  } as Frame;
  t.ok(encodeFrame(longest).length <= MAX_FRAME_BYTES_BEFORE_AUTH);
  t.ok(encodeFrame(challenge as Frame).length <= MAX_FRAME_BYTES_BEFORE_AUTH);
  t.ok(encodeFrame({ type: 'inventory', json: 'x'.repeat(MAX_INVENTORY_BYTES) }).length <= MAX_FRAME_BYTES);
  const id = new Uint8Array(16);
  const payload = 'x'.repeat(MAX_TASK_BYTES);
  const task = { type: 'task', id, kind: 'k'.repeat(64), remainingMs: MAX_TASK_MS, json: payload } as const;
  t.ok(encodeFrame(task).length <= MAX_FRAME_BYTES);
  const part = {
    type: 'task_file',
    id,
    offset: MAX_TASK_FILE_BYTES,
    bytes: Buffer.alloc(MAX_TASK_PART_BYTES),
  } as const;
  t.ok(encodeFrame(part).length <= MAX_FRAME_BYTES);
});

t.test('a task and its result have bounds', async (t) => {
  const id = new Uint8Array(16);
  const task = { type: 'task', id, kind: 'probe', remainingMs: 1, json: '{}' } as const;
  const result = { type: 'task_result', id, outcome: 'done', ageMs: 0, dropped: 0, fileBytes: 0, json: '{}' } as const;
  const f = (frame: Frame, what: string) =>
    t.throws(() => decodeFrame(encodeFrame(frame)), { code: 'frame_malformed' }, what);
  f({ ...task, json: 'x'.repeat(MAX_TASK_BYTES + 1) }, 'payload');
  f({ ...task, kind: 'k'.repeat(65) }, 'kind');
  f({ ...task, remainingMs: MAX_TASK_MS + 1 }, 'deadline');
  f({ ...result, json: 'x'.repeat(MAX_TASK_RESULT_BYTES + 1) }, 'answer');
  f({ ...result, fileBytes: MAX_TASK_FILE_BYTES + 1 }, 'file');
  f({ type: 'task_file', id, offset: 0, bytes: new Uint8Array(MAX_TASK_PART_BYTES + 1) }, 'part');
  f({ type: 'task_taken', id: new Uint8Array(15) }, 'id');
});

t.test('an outcome that this build does not know is a failure that gives its reason', async (t) => {
  const id = new Uint8Array(16);
  const known = {
    type: 'task_result',
    id,
    outcome: 'done',
    ageMs: 5,
    dropped: 0,
    fileBytes: 0,
    json: '{"reason":"new"}',
  };
  const bytes = Buffer.from(encodeFrame(known as Frame));
  bytes.write('gone', bytes.indexOf('done'));
  t.match(decodeFrame(bytes), { ...known, id: Object, outcome: 'failed' });
});

t.test('what no frame may hold', async (t) => {
  const f = (hex: string, code: string) =>
    t.throws(() => decodeFrame(Buffer.from(hex, 'hex')), { name: 'ProtocolError', code }, hex);
  f('', 'frame_malformed');
  f('00', 'frame_malformed');
  f('ff', 'frame_malformed');
  f('60', 'frame_malformed');
  f('600000', 'frame_malformed');
  f('608000', 'frame_malformed');
  f('620600', 'frame_malformed');
  f('0601000302', 'frame_malformed');
  f('630478787878000200', 'frame_malformed');
  f(`0500000002${'00'.repeat(4)}`, 'frame_malformed');
  f('050001ac020080d0eab6b733e8fb03e8d8df01030f88278080808080406d', 'frame_malformed');
  f('0a000101', 'frame_malformed');
  f('0a00010100000000000000000000', 'frame_malformed');
  f('0a00010102000000000000000000', 'frame_malformed');
  f('0a00010101020000000000000000', 'frame_malformed');
  f('0a000101010000000000', 'frame_malformed');
  f('0a00010101008280808080808004000000000000', 'frame_malformed');
  f('0400010000', 'schema_invalid');
});

t.test('a code that this build does not know is still an error', async (t) => {
  const message = Buffer.from('Something new.');
  const code = Buffer.from('newcode');
  const bytes = Buffer.concat([
    Buffer.of(frameTags.error, code.length),
    code,
    Buffer.of(message.length),
    message,
    Buffer.of(1, 0),
  ]);
  const frame = decodeFrame(bytes);
  t.match(frame, { type: 'error', code: 'internal', message: 'Something new.' });
});

/** Marsaglia's xorshift: the same frames in each run. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

t.test('a million random and mutated frames: a frame, or a ProtocolError', async (t) => {
  const random = createRandom(20_260_101);
  const sound = goldenFrames.map(([, , hex]) => Buffer.from(hex, 'hex'));
  const tags = Object.values(frameTags);
  const startedAt = process.cpuUsage();
  const faults: string[] = [];
  let accepted = 0;
  for (let count = 0; count < 1_000_000; count += 1) {
    const bytes =
      count % 2 === 0 ? mutate(sound[random(sound.length)] ?? Buffer.alloc(0), random) : noise(tags, random);
    try {
      const frame = decodeFrame(bytes);
      accepted += 1;
      // One frame has one encoding, but for a code or an outcome of a newer peer and for names that were mended.
      const encoded = Buffer.from(encodeFrame(frame));
      const isMended = frame.type === 'schema' && isDeepStrictEqual(decodeFrame(encoded), frame);
      const isNewer = frame.type === 'error' || (frame.type === 'task_result' && frame.outcome === 'failed');
      const isSame = isNewer || isMended || encoded.equals(bytes);
      if (!isSame) faults.push(`encoded otherwise: ${bytes.toString('hex')}`);
    } catch (error) {
      if (!(error instanceof ProtocolError)) faults.push(`${String(error)}: ${bytes.toString('hex')}`);
    }
  }
  t.same(faults.slice(0, 5), [], `${faults.length} faults`);
  const { user, system } = process.cpuUsage(startedAt);
  t.ok(accepted > 10_000 && accepted < 900_000, `${accepted} were frames after all`);
  t.ok((user + system) / 1e6 < 60, `${(user + system) / 1e6} s of CPU`);
});

function noise(tags: readonly number[], random: (below: number) => number): Buffer {
  const bytes = Buffer.alloc(random(200));
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = random(256);
  if (bytes.length > 0 && random(4) > 0) bytes[0] = tags[random(tags.length)] ?? 0;
  return bytes;
}

/** One to four cuts, flips, insertions or runs of large integers. */
function mutate(sound: Buffer, random: (below: number) => number): Buffer {
  let bytes = Buffer.from(sound);
  for (let changes = 1 + random(4); changes > 0 && bytes.length > 0; changes -= 1) {
    const at = random(bytes.length);
    switch (random(5)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
        break;
      case 1:
        bytes[at] = random(256);
        break;
      case 2:
        bytes = bytes.subarray(0, at);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([random(256)]), bytes.subarray(at)]);
        break;
      default:
        bytes.fill(0xff, at, Math.min(bytes.length, at + random(9)));
    }
  }
  return bytes;
}
