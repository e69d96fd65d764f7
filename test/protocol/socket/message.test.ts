import fc from 'fast-check';
import t from 'tap';
import { encodeMessage, FramingError, MessageReader, opcodes } from '../../../protocol/socket/message.ts';
import { holds } from '../../support/property.ts';

const MAX_BYTES = 70_000;

/** What a reader makes of the pieces: `kind hex` for each message. */
function read(pieces: readonly Uint8Array[], maxBytes = MAX_BYTES): string[] {
  const reader = new MessageReader(maxBytes);
  return pieces.flatMap((piece) =>
    [...reader.read(piece)].map(({ kind, payload }) => `${kind} ${payload.toString('hex')}`),
  );
}

/** A frame as a server sends it. */
function served(first: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.from([first, length]), payload]);
  const head = Buffer.alloc(length < 65_536 ? 4 : 10);
  head[0] = first;
  head[1] = length < 65_536 ? 126 : 127;
  if (length < 65_536) head.writeUInt16BE(length, 2);
  else head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, payload]);
}

function faultOf(work: () => unknown): FramingError | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof FramingError) return error;
    throw error;
  }
  return undefined;
}

t.test('the bytes that a client sends', async (t) => {
  const mask = Buffer.from('37fa213d', 'hex');
  const sends = (opcode: number, payload: string, hex: string) =>
    t.equal(encodeMessage(opcode as 1, Buffer.from(payload), mask).toString('hex'), hex);
  // RFC 6455, section 5.7.
  sends(opcodes.text, 'Hello', '818537fa213d7f9f4d5158');
  sends(opcodes.pong, 'Hello', '8a8537fa213d7f9f4d5158');
  sends(opcodes.binary, '', '828037fa213d');
  sends(opcodes.close, '', '888037fa213d');
  const head = (length: number) => encodeMessage(opcodes.binary, Buffer.alloc(length), mask).toString('hex', 0, 10);
  t.equal(head(125).slice(0, 12), '82fd37fa213d');
  t.equal(head(126).slice(0, 16), '82fe007e37fa213d');
  t.equal(head(65_535).slice(0, 16), '82feffff37fa213d');
  t.equal(head(65_536), '82ff0000000000010000');
  const frames = Array.from({ length: 1_000 }, () => encodeMessage(opcodes.binary, Buffer.alloc(8)).toString('hex'));
  t.ok(new Set(frames).size > 990, 'each frame has a mask of its own');
});

t.test('the bytes that a server sends', async (t) => {
  const gives = (hex: string, ...messages: string[]) => t.same(read([Buffer.from(hex, 'hex')]), messages, hex);
  gives('');
  gives('81');
  gives('8205aabbcc');
  gives('810548656c6c6f', 'text 48656c6c6f');
  gives('820148', 'binary 48');
  gives('8200', 'binary ');
  gives('820148820149', 'binary 48', 'binary 49');
  gives('010348656c80026c6f', 'text 48656c6c6f');
  gives('020148000000008000', 'binary 48');
  gives('020148890568656c6c6f800149', 'ping 68656c6c6f', 'binary 4849');
  gives('02014880014982014a', 'binary 4849', 'binary 4a');
  gives('8900', 'ping ');
  gives('8a0101', 'pong 01');
  gives('880203e8', 'close 03e8');
  gives(`827e0100${'00'.repeat(256)}`, `binary ${'00'.repeat(256)}`);
  gives(`827f0000000000000001ff`, 'binary ff');
});

t.test('what breaks the rules', async (t) => {
  const breaks = (hex: string, sentence: RegExp, closeCode = 1002) => {
    const fault = faultOf(() => read([Buffer.from(hex, 'hex')]));
    t.match([fault?.message, fault?.closeCode], [sentence, closeCode], hex);
  };
  for (const first of ['c2', 'a2', '92', 'c1', 'f2']) breaks(`${first}0148`, /extension/);
  breaks('828137fa213d7f', /masked/);
  for (const first of ['83', '84', '85', '86', '87', '8b', '8c', '8d', '8e', '8f']) breaks(`${first}00`, /opcode/);
  breaks('800148', /did not begin/);
  breaks('000148', /did not begin/);
  breaks('020148820149', /inside another/);
  breaks('020148020149', /inside another/);
  breaks('0900', /in pieces/);
  breaks('0800', /in pieces/);
  breaks('897e007e', /too long/);
  breaks('887f000000000000007e', /too long/);
  breaks('827f0000000000011171', /too large/, 1009);
  breaks('827f8000000000000000', /too large/, 1009);
  breaks('827fffffffffffffffff', /too large/, 1009);
});

t.test('a message in fragments has the bound of a whole one', async (t) => {
  const fragments = (...sizes: number[]) =>
    sizes.map((size, i) => served((i === 0 ? 0x02 : 0) | (i === sizes.length - 1 ? 0x80 : 0), Buffer.alloc(size)));
  t.equal(read(fragments(4, 4, 2), 10).length, 1);
  t.equal(faultOf(() => read(fragments(4, 4, 3), 10))?.closeCode, 1009);
  t.equal(read([...fragments(4, 6), ...fragments(4, 6)], 10).length, 2, 'the next one begins anew');
  const empty = (count: number) => Array.from({ length: count }, () => 0);
  t.equal(read([...fragments(10, ...empty(1_000))], 10).length, 1, 'empty ones take no room');
  t.equal(faultOf(() => read(fragments(...empty(1_100)), 10))?.closeCode, 1009, 'but each costs as much as a message');
  t.equal(
    read([...fragments(...empty(1_000)), ...fragments(...empty(1_000))], 10).length,
    2,
    'the next is counted anew',
  );
});

t.test('however the bytes are cut, the messages are the same', async (t) => {
  const message = fc.tuple(
    fc.constantFrom(0x81, 0x82, 0x88, 0x89, 0x8a),
    fc.oneof(fc.uint8Array({ maxLength: 125 }), fc.uint8Array({ minLength: 126, maxLength: 400 })),
  );
  holds(
    t,
    fc.property(fc.array(message, { maxLength: 8 }), fc.array(fc.nat(1_000), { maxLength: 20 }), (messages, cuts) => {
      const sound = messages.filter(([first, payload]) => first < 0x88 || payload.length < 126);
      const bytes = Buffer.concat(sound.map(([first, payload]) => served(first, payload)));
      const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
      const pieces = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
      const kinds = new Map([
        [0x81, 'text'],
        [0x82, 'binary'],
        [0x88, 'close'],
        [0x89, 'ping'],
        [0x8a, 'pong'],
      ]);
      const wanted = sound.map(([first, payload]) => `${kinds.get(first)} ${Buffer.from(payload).toString('hex')}`);
      return JSON.stringify(read(pieces)) === JSON.stringify(wanted);
    }),
  );
});

t.test('no bytes make it do anything but give messages or a framing error', async (t) => {
  holds(
    t,
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      try {
        return read([bytes], 100).every((message) => message.length <= 'binary '.length + 250);
      } catch (error) {
        return error instanceof FramingError;
      }
    }),
    { numRuns: 2_000 },
  );
});

/** As a server reads: whole messages the short way where that is possible. */
function readAsServer(pieces: readonly Uint8Array[], maxBytes = MAX_BYTES): string[] {
  const reader = new MessageReader(maxBytes, true);
  return pieces.flatMap((piece) => {
    const whole = reader.readWhole(piece);
    if (whole !== null) return [`binary ${Buffer.from(whole).toString('hex')}`];
    return [...reader.read(piece)].map(({ kind, payload }) => `${kind} ${payload.toString('hex')}`);
  });
}

t.test('the bytes that a client sends, read by a server', async (t) => {
  const gives = (hex: string, ...messages: string[]) => t.same(readAsServer([Buffer.from(hex, 'hex')]), messages, hex);
  gives('818537fa213d7f9f4d5158', 'text 48656c6c6f');
  gives('828537fa213d7f9f4d5158', 'binary 48656c6c6f');
  gives('828037fa213d', 'binary ');
  gives('828137fa213d7f', 'binary 48');
  gives('828137fa213d7f828137fa213d7e', 'binary 48', 'binary 49');
  gives('028137fa213d7f');
  const breaks = (hex: string, sentence: RegExp, closeCode = 1002) => {
    const fault = faultOf(() => readAsServer([Buffer.from(hex, 'hex')]));
    t.match([fault?.message, fault?.closeCode], [sentence, closeCode], hex);
  };
  breaks('82014800000000', /not masked/);
  breaks('c28137fa213d7f', /extension/);
  breaks('82ff000000000001117137fa213d', /too large/, 1009);
  t.equal(faultOf(() => readAsServer([encodeMessage(opcodes.binary, Buffer.alloc(11))], 10))?.closeCode, 1009);
  const pieces = Array.from({ length: 1_025 }, (_, index) => {
    const frame = encodeMessage(index === 0 ? opcodes.binary : opcodes.continuation, Uint8Array.of(7));
    frame[0] = (frame[0] ?? 0) & 0x7f;
    return frame;
  });
  t.match(faultOf(() => readAsServer(pieces))?.message, /too many pieces/);
});

t.test('however the bytes of a client are cut, the messages are the same', async (t) => {
  const message = fc.tuple(
    fc.constantFrom(opcodes.text, opcodes.binary, opcodes.binary, opcodes.ping),
    fc.oneof(fc.uint8Array({ maxLength: 125 }), fc.uint8Array({ minLength: 126, maxLength: 400 })),
  );
  const kinds = { [opcodes.text]: 'text', [opcodes.binary]: 'binary', [opcodes.ping]: 'ping' };
  holds(
    t,
    fc.property(
      fc.array(message, { maxLength: 8 }),
      fc.array(fc.nat(1_000), { maxLength: 20 }),
      fc.boolean(),
      (messages, cuts, isWhole) => {
        const sound = messages.filter(([opcode, payload]) => opcode !== opcodes.ping || payload.length < 126);
        const frames = sound.map(([opcode, payload]) => encodeMessage(opcode, payload));
        const bytes = Buffer.concat(frames);
        const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
        const pieces = isWhole ? frames : places.slice(1).map((end, i) => bytes.subarray(places[i], end));
        const wanted = sound.map(([opcode, payload]) => `${kinds[opcode]} ${Buffer.from(payload).toString('hex')}`);
        return JSON.stringify(readAsServer(pieces)) === JSON.stringify(wanted);
      },
    ),
  );
});
