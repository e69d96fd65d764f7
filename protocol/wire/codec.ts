import { type ErrorCode, errorCodes, ProtocolError } from '../error.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { readClocks, writeClocks } from './clocks.ts';
import {
  type Frame,
  type FrameType,
  goodbyeReasons,
  MAX_ACK_RANGES,
  MAX_INVENTORY_BYTES,
  MAX_PLAN_BYTES,
  MAX_PROBE_BYTES,
} from './frame.ts';
import { readReport, writeReport } from './report.ts';
import { readReportDelta, writeReportDelta } from './report-delta.ts';
import { readSchema, writeSchema } from './schema.ts';
import { taskCodecs } from './task.ts';

/** First byte of each frame. Numbers are never reused; docs/protocol.md lists every byte. */
export const frameTags = {
  hello: 0x01,
  proof: 0x02,
  run: 0x03,
  schema: 0x04,
  report: 0x05,
  gap: 0x06,
  inventory: 0x07,
  processes: 0x08,
  probe_result: 0x09,
  report_delta: 0x0a,
  task_result: 0x0b,
  task_file: 0x0c,
  challenge: 0x41,
  welcome: 0x42,
  ack: 0x43,
  probe: 0x44,
  plan: 0x45,
  task: 0x46,
  task_taken: 0x47,
  ping: 0x60,
  pong: 0x61,
  goodbye: 0x62,
  error: 0x63,
} as const satisfies Record<FrameType, number>;

const MAX_PROCESSES = 32;
const gapCauses = ['spool_full', 'spool_damaged'] as const;

type FrameOf<T extends FrameType> = Extract<Frame, { type: T }>;
type Codec<T extends FrameType> = {
  readonly write: (writer: ByteWriter, frame: FrameOf<T>) => void;
  readonly read: (reader: ByteReader) => FrameOf<T>;
};

function readMember<T>(members: readonly T[], index: number, what: string): T {
  const member = members[index];
  if (member === undefined) throw new ProtocolError('frame_malformed', `Unknown ${what} ${index}.`);
  return member;
}

const codecs: { readonly [T in FrameType]: Codec<T> } = {
  hello: {
    write: (w, f) => {
      w.byte(f.versionMin).byte(f.versionMax).varint(f.features).raw(f.publicKey).raw(f.nonce).raw(f.runId);
      w.text(f.machineId).text(f.bootId).text(f.agentVersion).varint(f.intervalMs);
      writeClocks(w, f.clocks);
    },
    read: (r) => ({
      type: 'hello',
      versionMin: r.byte(),
      versionMax: r.byte(),
      features: r.varint(),
      publicKey: r.raw(32),
      nonce: r.raw(32),
      runId: r.raw(16),
      machineId: r.text(64),
      bootId: r.text(64),
      agentVersion: r.text(32),
      intervalMs: r.varint(86_400_000),
      clocks: readClocks(r),
    }),
  },
  challenge: {
    write: (w, f) => {
      w.byte(f.version).raw(f.nonce).raw(f.identityKey).blob(f.certificateHash).varint(f.serverTimeMs).raw(f.signature);
    },
    read: (r) => ({
      type: 'challenge',
      version: r.byte(),
      nonce: r.raw(32),
      identityKey: r.raw(32),
      certificateHash: r.blob(32),
      serverTimeMs: r.varint(),
      signature: r.raw(64),
    }),
  },
  proof: {
    write: (w, f) => {
      w.raw(f.signature);
    },
    read: (r) => ({ type: 'proof', signature: r.raw(64) }),
  },
  welcome: {
    write: (w, f) => {
      w.text(f.deviceId).varint(f.features).varint(f.intervalMs).varint(f.serverTimeMs);
    },
    read: (r) => ({
      type: 'welcome',
      deviceId: r.text(64),
      features: r.varint(),
      intervalMs: r.varint(86_400_000),
      serverTimeMs: r.varint(),
    }),
  },
  run: {
    write: (w, f) => {
      w.varint(f.run).raw(f.runId).text(f.bootId);
    },
    read: (r) => ({ type: 'run', run: r.varint(0xffff), runId: r.raw(16), bootId: r.text(64) }),
  },
  schema: {
    write: (w, f) => {
      writeSchema(w, f);
    },
    read: readSchema,
  },
  report: {
    write: (w, f) => {
      writeReport(w, f);
    },
    read: readReport,
  },
  report_delta: {
    write: (w, f) => {
      writeReportDelta(w, f);
    },
    read: readReportDelta,
  },
  gap: {
    write: (w, f) => {
      w.varint(f.run)
        .varint(f.from)
        .varint(f.to - f.from)
        .byte(gapCauses.indexOf(f.cause));
    },
    read: (r) => {
      const run = r.varint(0xffff);
      const from = r.varint();
      const to = from + r.varint(Number.MAX_SAFE_INTEGER - from);
      return { type: 'gap', run, from, to, cause: readMember(gapCauses, r.byte(), 'cause') };
    },
  },
  inventory: {
    write: (w, f) => {
      w.text(f.json);
    },
    read: (r) => ({ type: 'inventory', json: r.text(MAX_INVENTORY_BYTES) }),
  },
  processes: {
    write: (w, f) => {
      writeClocks(w, f.clocks);
      w.varint(f.processes.length);
      for (const process of f.processes) {
        w.text(process.name).varint(Math.round(process.cpuRatio * 10_000));
        w.varint(process.memoryBytes).varint(process.count);
      }
    },
    read: (r) => ({
      type: 'processes',
      clocks: readClocks(r),
      processes: Array.from({ length: r.varint(MAX_PROCESSES) }, () => ({
        name: r.text(128),
        cpuRatio: r.varint(10_000_000) / 10_000,
        memoryBytes: r.varint(),
        count: r.varint(10_000_000),
      })),
    }),
  },
  probe: {
    write: (w, f) => {
      w.text(f.json);
    },
    read: (r) => ({ type: 'probe', json: r.text(MAX_PROBE_BYTES) }),
  },
  plan: {
    write: (w, f) => {
      w.text(f.json);
    },
    read: (r) => ({ type: 'plan', json: r.text(MAX_PLAN_BYTES) }),
  },
  probe_result: {
    write: (w, f) => {
      w.text(f.json);
    },
    read: (r) => ({ type: 'probe_result', json: r.text(MAX_PROBE_BYTES) }),
  },
  ...taskCodecs,
  ack: {
    write: (w, f) => {
      w.varint(f.run).varint(f.ranges.length);
      for (const [from, to] of f.ranges) w.varint(from).varint(to - from);
    },
    read: (r) => {
      const run = r.varint(0xffff);
      const ranges = Array.from({ length: r.varint(MAX_ACK_RANGES) }, () => {
        const from = r.varint();
        return [from, from + r.varint(Number.MAX_SAFE_INTEGER - from)] as const;
      });
      return { type: 'ack', run, ranges };
    },
  },
  ping: {
    write: (w, f) => {
      w.varint(f.id);
    },
    read: (r) => ({ type: 'ping', id: r.varint() }),
  },
  pong: {
    write: (w, f) => {
      w.varint(f.id);
      if (f.clocks !== null) writeClocks(w, f.clocks);
    },
    read: (r) => ({ type: 'pong', id: r.varint(), clocks: r.remaining === 0 ? null : readClocks(r) }),
  },
  goodbye: {
    write: (w, f) => {
      w.byte(goodbyeReasons.indexOf(f.reason)).varint(f.returnInMs);
    },
    read: (r) => ({
      type: 'goodbye',
      reason: readMember(goodbyeReasons, r.byte(), 'reason'),
      returnInMs: r.varint(86_400_000),
    }),
  },
  error: {
    write: (w, f) => {
      w.text(f.code)
        .text(f.message)
        .byte(f.fatal ? 1 : 0)
        .varint(f.retryInMs);
    },
    read: (r) => {
      const code = r.text(64);
      const message = r.text(512);
      const fatal = readMember([false, true], r.byte(), 'flag');
      // A newer peer may know more codes; its sentence still says what happened.
      const known = Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : 'internal';
      return { type: 'error', code: known, message, fatal, retryInMs: r.varint(86_400_000) };
    },
  },
};

const typeByTag = new Map<number, FrameType>(
  Object.entries(frameTags).map(([type, tag]) => [tag, type as FrameType] as const),
);

/** The bytes of a frame: its tag, then its fields. @throws RangeError if the caller passes a number that cannot be sent. */
export function encodeFrame(frame: Frame): Uint8Array {
  const writer = new ByteWriter();
  writer.byte(frameTags[frame.type]);
  (codecs[frame.type] as Codec<FrameType>).write(writer, frame as never);
  return writer.finish();
}

/**
 * The frame in these bytes.
 * @throws ProtocolError `frame_malformed`, `schema_invalid` or `report_invalid`; nothing else, whatever the bytes.
 */
export function decodeFrame(bytes: Uint8Array): Frame {
  const reader = new ByteReader(bytes);
  const tag = reader.byte();
  const type = typeByTag.get(tag);
  if (type === undefined) throw new ProtocolError('frame_malformed', `Unknown frame tag 0x${tag.toString(16)}.`);
  const frame = codecs[type].read(reader);
  reader.end();
  return frame;
}
