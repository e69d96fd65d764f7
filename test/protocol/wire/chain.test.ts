import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { ChainReader, ChainWriter, KEYFRAME_EVERY } from '../../../protocol/wire/chain.ts';
import { decodeFrame, encodeFrame } from '../../../protocol/wire/codec.ts';
import { crc32 } from '../../../protocol/wire/crc32.ts';
import type { Clocks, Frame, ReportDeltaFrame, ReportFrame } from '../../../protocol/wire/frame.ts';
import { goldenFrames } from '../../support/golden-frames.ts';
import { holds } from '../../support/property.ts';

const clocks: Clocks = { wallMs: 1_767_225_600_000, monotonicMs: 65_000, bootMs: 3_665_000 };
const report = (sequence: number, over: Partial<ReportFrame> = {}): ReportFrame => ({
  type: 'report',
  run: 0,
  schema: 1,
  sequence,
  backfill: false,
  clocks,
  scaled: [sequence, 7, null],
  ...over,
});

/** The other end: the report in a message, or an error. */
function read(reader: ChainReader, message: Uint8Array): ReportFrame {
  const frame = decodeFrame(message);
  // The chain goes on in the same object.
  if (frame.type === 'report_delta') return structuredClone(reader.follow(frame, message));
  if (frame.type !== 'report') throw new Error(`a ${frame.type}`);
  reader.begin(frame, message);
  return frame;
}

/** The messages of a chain of these reports. */
function messagesOf(reports: readonly ReportFrame[]): Uint8Array[] {
  const writer = new ChainWriter();
  return reports.map((one) => encodeFrame(writer.next(one)));
}

t.test('the bytes of docs/protocol.md are a chain', async (t) => {
  const shown = (name: string) => goldenFrames.find(([one]) => one === name) as (typeof goldenFrames)[number];
  const [, keyframe, first] = shown('report');
  const [, changes, second] = shown('report as its changes to the first one');
  const writer = new ChainWriter();
  const next = report(301, {
    clocks: { wallMs: clocks.wallMs + 10_001, monotonicMs: 74_999, bootMs: 3_674_999 },
    scaled: [2_510, 1_099_511_623_680, -55],
  });
  t.same(writer.next(keyframe as ReportFrame), keyframe);
  t.same(writer.next(next), changes);
  const reader = new ChainReader();
  t.same(read(reader, Buffer.from(first, 'hex')), keyframe);
  t.same(read(reader, Buffer.from(second, 'hex')), next);
});

t.test('when a report is sent in full', async (t) => {
  const f = (what: string, first: ReportFrame, second: ReportFrame, want: Frame['type']) => {
    const writer = new ChainWriter();
    t.equal(writer.next(first).type, 'report', 'the first one');
    t.equal(writer.next(second).type, want, what);
  };
  f('the next one', report(1), report(2), 'report_delta');
  f('one that does not follow at once', report(1), report(9), 'report_delta');
  f('nothing changed', report(1, { scaled: [1] }), report(2, { scaled: [1] }), 'report_delta');
  f('another run', report(1), report(2, { run: 1 }), 'report');
  f('another schema', report(1), report(2, { schema: 2 }), 'report');
  f('the other lane', report(1), report(2, { backfill: true }), 'report');
  f('an earlier one', report(2), report(1), 'report');
  f('the same once more', report(2), report(2), 'report');
  f('more metrics', report(1), report(2, { scaled: [1, 2, 3, 4] }), 'report');
  f('too far apart', report(1, { scaled: [-(2 ** 52)] }), report(2, { scaled: [1] }), 'report');
  f('a clock before 1970', report(1), report(2, { clocks: { ...clocks, wallMs: -5 } }), 'report_delta');

  const writer = new ChainWriter();
  const types = Array.from({ length: 2 * KEYFRAME_EVERY + 1 }, (_, index) => writer.next(report(index + 1)).type);
  const full = types.flatMap((type, index) => (type === 'report' ? [index] : []));
  t.same(full, [0, KEYFRAME_EVERY, 2 * KEYFRAME_EVERY]);
});

t.test('what does not follow is refused, and the chain goes on from where it was', async (t) => {
  const messages = messagesOf([1, 2, 3, 4].map((sequence) => report(sequence)));
  const [first, second, third, fourth] = messages as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const refused = (reader: ChainReader, message: Uint8Array, what: string) =>
    t.throws(() => read(reader, message), { name: 'ProtocolError', code: 'report_base_unknown' }, what);
  const begun = (...taken: Uint8Array[]) => {
    const reader = new ChainReader();
    for (const message of taken) read(reader, message);
    return reader;
  };
  refused(begun(), second, 'no keyframe');
  refused(begun(first), third, 'one lost');
  refused(begun(first, second), second, 'one repeated');
  refused(begun(first, second, third), second, 'an old one');
  const otherBase = messagesOf([report(1, { scaled: [99, 7, null] })])[0] as Uint8Array;
  refused(begun(otherBase), second, 'another report of the same number');
  refused(begun(messagesOf([report(1, { run: 1 })])[0] as Uint8Array), second, 'another run');
  refused(begun(messagesOf([report(1, { schema: 2 })])[0] as Uint8Array), second, 'another schema');
  refused(begun(messagesOf([report(1, { backfill: true })])[0] as Uint8Array), second, 'the other lane');
  const reader = begun(first, second);
  refused(reader, fourth, 'too early');
  t.same(read(reader, third), report(3));
  t.same(read(reader, fourth), report(4));
});

t.test('what leads nowhere is malformed, though its check is right', async (t) => {
  const f = (over: Partial<ReportDeltaFrame>, message: RegExp) => {
    const keyframe = encodeFrame(report(1, { scaled: [5] }));
    const frame: ReportDeltaFrame = {
      type: 'report_delta',
      run: 0,
      schema: 1,
      sequence: 2,
      base: 1,
      backfill: false,
      clockChanges: { wallMs: 0, monotonicMs: 0, bootMs: 0 },
      changes: Uint8Array.of(1, 2),
      check: 0,
      ...over,
    };
    const check = crc32(encodeFrame(frame), encodeFrame(frame).length - 4, crc32(keyframe));
    const reader = new ChainReader();
    read(reader, keyframe);
    t.throws(() => read(reader, encodeFrame({ ...frame, check })), { code: 'frame_malformed', message });
  };
  f({ changes: Uint8Array.of() }, /too early/);
  f({ changes: Uint8Array.of(1) }, /too early/);
  f({ changes: Uint8Array.of(3, 2, 2) }, /more values than there are/);
  f({ changes: Uint8Array.of(1, 2, 0) }, /longer/);
  f({ clockChanges: { wallMs: 0, monotonicMs: -65_001, bootMs: 0 } }, /range of clocks/);
  f({ clockChanges: { wallMs: 2 ** 50, monotonicMs: 0, bootMs: 0 } }, /range of clocks/);
});

const value = fc.oneof(
  fc.integer({ min: -200, max: 200 }),
  fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 }),
  fc.constant(null),
);
const METRICS = 20;
const clock = fc.integer({ min: 0, max: 2 ** 50 });
const step = fc.record({
  skip: fc.integer({ min: 1, max: 3 }),
  schema: fc.constantFrom(1, 1, 1, 1, 2),
  backfill: fc.boolean(),
  run: fc.constantFrom(0, 0, 0, 3),
  clocks: fc.record({ wallMs: clock, monotonicMs: clock, bootMs: clock }, { noNullPrototype: true }),
  changed: fc.array(fc.tuple(fc.nat(METRICS - 1), value), { maxLength: 12 }),
});

/** Reports of both lanes, each with some values that differ from the one before. */
const story = fc.array(step, { minLength: 1, maxLength: 40 }).map((steps) => {
  let sequence = 0;
  let scaled: (number | null)[] = Array.from({ length: METRICS }, (_, index) => index * 1_000);
  return steps.map(({ skip, changed, ...rest }): ReportFrame => {
    sequence += skip;
    scaled = [...scaled];
    for (const [at, next] of changed) scaled[at] = next;
    return { type: 'report', sequence, scaled, ...rest };
  });
});

type Lanes<T> = { readonly live: T; readonly backfill: T };
const laneOf = <T>(lanes: Lanes<T>, { backfill }: { readonly backfill: boolean }) =>
  backfill ? lanes.backfill : lanes.live;
const sendAll = (reports: readonly ReportFrame[]) => {
  const lanes: Lanes<ChainWriter> = { live: new ChainWriter(), backfill: new ChainWriter() };
  return reports.map((one) => encodeFrame(laneOf(lanes, one).next(one)));
};
/** What the other side took before it refused something, as a connection does that is then closed. */
const takeAll = (messages: readonly Uint8Array[]) => {
  const lanes: Lanes<ChainReader> = { live: new ChainReader(), backfill: new ChainReader() };
  const taken: ReportFrame[] = [];
  for (const message of messages) {
    try {
      const frame = decodeFrame(message) as ReportFrame;
      const report = read(laneOf(lanes, frame), message);
      // As the schema says.
      if (report.scaled.length !== METRICS) break;
      taken.push(report);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ProtocolError') throw error;
      break;
    }
  }
  return taken;
};

t.test('two chains that interleave: every report as it was', async (t) => {
  holds(
    t,
    fc.property(story, (reports) => isDeepStrictEqual(takeAll(sendAll(reports)), reports)),
    { numRuns: 500 },
  );
});

t.test('frames lost, repeated, swapped or changed: true values or an error', async (t) => {
  const mischief = fc.array(
    fc.record({
      kind: fc.constantFrom('lose', 'repeat', 'swap', 'flip', 'cut', 'insert', 'overwrite'),
      at: fc.nat(),
      byte: fc.nat(),
      value: fc.nat(255),
    }),
    { minLength: 1, maxLength: 3 },
  );
  holds(
    t,
    fc.property(story, mischief, (reports, deeds) => {
      const sent = sendAll(reports);
      const messages = sent.map((message) => message.slice());
      for (const { kind, at, byte, value } of deeds) {
        const index = at % messages.length;
        const message = messages[index];
        if (message === undefined) continue;
        const position = byte % message.length;
        // TLS guards every byte, and a keyframe is guarded by nothing else: it may be lost, not changed.
        const isKeyframe = message[0] !== 0x0a;
        if (kind === 'lose') messages.splice(index, 1);
        else if (kind === 'repeat') messages.splice(index, 0, message);
        else if (kind === 'swap') messages.splice(index, 2, ...messages.slice(index, index + 2).reverse());
        else if (isKeyframe || message.length < 2) continue;
        else if (kind === 'flip') message[position] = (message[position] ?? 0) ^ (1 << (value % 8));
        else if (kind === 'overwrite') message[position] = value;
        else if (kind === 'cut') messages[index] = message.slice(0, position);
        else messages[index] = Uint8Array.of(...message.slice(0, position), value, ...message.slice(position));
      }
      const truth = new Map(reports.map((one) => [one.sequence, one]));
      return takeAll(messages).every((got) => isDeepStrictEqual(got, truth.get(got.sequence)));
    }),
    { numRuns: 3_000 },
  );
});
