import type { ErrorCode } from '../error.ts';
import type { MetricDescriptor } from './metric.ts';
import type { TaskFileFrame, TaskFrame, TaskResultFrame, TaskTakenFrame } from './task.ts';

/** Versions of the protocol that this build speaks. The highest shared one is used. */
export const PROTOCOL_VERSION_MIN = 1;
export const PROTOCOL_VERSION_MAX = 1;

/** Largest frame before the agent has proved its key, in bytes: a hello with the longest texts fits. */
export const MAX_FRAME_BYTES_BEFORE_AUTH = 1024;
/** Largest frame afterwards: a full schema or a large inventory fits. */
export const MAX_FRAME_BYTES = 128 * 1024;
/** Largest plan of checks, in bytes of JSON. */
export const MAX_PLAN_BYTES = 96 * 1024;
/** Largest question or answer about a neighbour, in bytes of JSON. */
export const MAX_PROBE_BYTES = 4 * 1024;
/** Largest inventory document, in bytes of JSON. */
export const MAX_INVENTORY_BYTES = 96 * 1024;

/** Runs that one connection can speak of, that of its hello included. An agent with more to tell connects again. */
export const MAX_RUNS_PER_CONNECTION = 256;
/** Schemas that a connection remembers. One more makes both sides forget the one that was sent first. */
export const MAX_SCHEMAS_PER_CONNECTION = 64;

/** Ranges of sequences in one acknowledgement. */
export const MAX_ACK_RANGES = 1024;

/** Optional features, a bit each; the server answers with those it grants. Unknown bits are ignored. */
export const Feature = {
  /** The agent may send a report as its changes to the one before: `report_delta`. */
  deltaReports: 1,
  /** The server may ask whether a neighbour answers: `probe` and `probe_result`. */
  probe: 2,
  /** The server may send a `plan` of checks. */
  checks: 4,
  /** The agent may leave the clocks out of a `pong`. */
  briefPongs: 8,
  /** The machine id is a guess by host name and network cards, which may change: it proves no clone. */
  guessedMachineId: 16,
  /** The agent was told `identity_given_up` for this key: also after a reboot it is that machine. */
  givenUp: 32,
  /** What the server asks for comes as a `task`, and questions and plans no longer as frames of their own. */
  tasks: 64,
  /** The agent begins a new run when it is told `run_forked`. */
  newRun: 128,
  /** This run was begun because of `run_forked`: it is that of another machine than the run before. */
  forkedRun: 256,
} as const;

/**
 * Three readings of the agent's clocks, in whole milliseconds, taken together.
 * `wallMs` is the time of day since 1970 and may jump; `monotonicMs` stands still while the machine sleeps; `bootMs` counts
 * since boot and runs on during sleep. The server dates by its own clock and uses these for differences only.
 */
export interface Clocks {
  readonly wallMs: number;
  readonly monotonicMs: number;
  readonly bootMs: number;
}

export const goodbyeReasons = ['shutdown', 'reboot', 'upgrade', 'service_stop', 'sleep', 'server_restart'] as const;
export type GoodbyeReason = (typeof goodbyeReasons)[number];

/** First frame of an agent. `publicKey` is its raw Ed25519 key, `nonce` is fresh for each connection. */
export interface HelloFrame {
  readonly type: 'hello';
  readonly versionMin: number;
  readonly versionMax: number;
  readonly features: number;
  readonly publicKey: Uint8Array;
  readonly nonce: Uint8Array;
  /** Random per start of the agent. (run id, sequence) names a report for ever. */
  readonly runId: Uint8Array;
  /** Stable per installed system, hashed; tells a cloned disk from a reconnect. */
  readonly machineId: string;
  readonly bootId: string;
  readonly agentVersion: string;
  readonly intervalMs: number;
  readonly clocks: Clocks;
}

/**
 * The server's answer: `identityKey` is the raw Ed25519 key pinned at enrolment. `signature` is over
 * {@link serverProofMessage}. `certificateHash` is the SHA-256 of the TLS certificate this server presents, or empty on
 * plain loopback and behind a TLS proxy.
 */
export interface ChallengeFrame {
  readonly type: 'challenge';
  readonly version: number;
  readonly nonce: Uint8Array;
  readonly identityKey: Uint8Array;
  readonly certificateHash: Uint8Array;
  readonly serverTimeMs: number;
  readonly signature: Uint8Array;
}

/** The agent's signature over {@link agentProofMessage}. */
export interface ProofFrame {
  readonly type: 'proof';
  readonly signature: Uint8Array;
}

/** The agent is known. `intervalMs` is the report interval that the server asks for. */
export interface WelcomeFrame {
  readonly type: 'welcome';
  readonly deviceId: string;
  readonly features: number;
  readonly intervalMs: number;
  readonly serverTimeMs: number;
}

/** Announces a run whose reports follow. Run 0 is the run of the hello and is not announced. */
export interface RunFrame {
  readonly type: 'run';
  readonly run: number;
  readonly runId: Uint8Array;
  readonly bootId: string;
}

/** Names the positions of the reports that refer to it. Sent once per connection, run and schema. */
export interface SchemaFrame {
  readonly type: 'schema';
  readonly run: number;
  readonly schema: number;
  readonly metrics: readonly MetricDescriptor[];
}

/**
 * One round of measurement. `scaled` has an integer per position of its schema (value x 10^decimals, see report.ts), or
 * null where the value could not be read.
 */
export interface ReportFrame {
  readonly type: 'report';
  readonly run: number;
  readonly schema: number;
  /** Counts from 1 in each run. */
  readonly sequence: number;
  /** True if the report waited in the spool: it describes the past and never raises an incident about the present. */
  readonly backfill: boolean;
  readonly clocks: Clocks;
  readonly scaled: readonly (number | null)[];
}

/**
 * A report as its changes to an earlier one of the same lane (live or backfill), run and schema: its base. Only a
 * {@link ChainReader} (chain.ts), which remembers the base, makes a {@link ReportFrame} of it.
 */
export interface ReportDeltaFrame {
  readonly type: 'report_delta';
  readonly run: number;
  readonly schema: number;
  readonly sequence: number;
  /** Sequence of the base. */
  readonly base: number;
  readonly backfill: boolean;
  /** How far each clock went on since the base; back, if negative. */
  readonly clockChanges: Clocks;
  /** What {@link writeChanges} (delta.ts) writes. A decoded frame shows a part of the message here and not a copy. */
  readonly changes: Uint8Array;
  /** CRC-32 of the chain up to here, as a signed 32-bit integer. */
  readonly check: number;
}

/** The reports of `run` in these closed ranges of sequences are committed. */
export interface AckFrame {
  readonly type: 'ack';
  readonly run: number;
  readonly ranges: readonly (readonly [from: number, to: number])[];
}

/** The agent had to drop reports `from`..`to` (spool full or damaged): they will never come. */
export interface GapFrame {
  readonly type: 'gap';
  readonly run: number;
  readonly from: number;
  readonly to: number;
  readonly cause: 'spool_full' | 'spool_damaged';
}

/** Slow facts about the machine as one JSON object (see inventory.ts), sent when it changed. */
export interface InventoryFrame {
  readonly type: 'inventory';
  readonly json: string;
}

export interface ProcessSample {
  /** The name of the executable, never its arguments. */
  readonly name: string;
  /** Share of all cores over the last interval, 0..1. */
  readonly cpuRatio: number;
  readonly memoryBytes: number;
  /** How many processes of that name were added up. */
  readonly count: number;
}

/** What a peer found out about a neighbour, as one JSON object (a `ProbeAnswer` of plan.ts). */
export interface ProbeResultFrame {
  readonly type: 'probe_result';
  readonly json: string;
}

/** The checks that the agent is to run, all of them, as one JSON object (an `AgentPlan` of plan.ts). */
export interface PlanFrame {
  readonly type: 'plan';
  readonly json: string;
}

/** The question whether a neighbour answers, as one JSON object (a `ProbeRequest` of plan.ts). */
export interface ProbeFrame {
  readonly type: 'probe';
  readonly json: string;
}

/** The busiest processes, sent only while the machine is busy. */
export interface ProcessesFrame {
  readonly type: 'processes';
  readonly clocks: Clocks;
  readonly processes: readonly ProcessSample[];
}

export interface PingFrame {
  readonly type: 'ping';
  readonly id: number;
}

export interface PongFrame {
  readonly type: 'pong';
  readonly id: number;
  /** null if the other end knows them from a report of this minute. */
  readonly clocks: Clocks | null;
}

/** Either side leaves on purpose. `returnInMs`: when to be back (agent) or when to come back (server). */
export interface GoodbyeFrame {
  readonly type: 'goodbye';
  readonly reason: GoodbyeReason;
  readonly returnInMs: number;
}

/** A fault. After a fatal one the sender closes the connection. `retryInMs` 0 means: as backoff says. */
export interface ErrorFrame {
  readonly type: 'error';
  readonly code: ErrorCode;
  readonly message: string;
  readonly fatal: boolean;
  readonly retryInMs: number;
}

export type AgentFrame =
  | HelloFrame
  | ProofFrame
  | RunFrame
  | SchemaFrame
  | ReportFrame
  | ReportDeltaFrame
  | GapFrame
  | InventoryFrame
  | ProcessesFrame
  | ProbeResultFrame
  | TaskResultFrame
  | TaskFileFrame;
/** What a server may send once it has welcomed the agent. */
export type OpenServerFrame = AckFrame | ProbeFrame | PlanFrame | TaskFrame | TaskTakenFrame;
export type ServerFrame = ChallengeFrame | WelcomeFrame | OpenServerFrame;
/** Frames that both sides may send. */
export type SharedFrame = PingFrame | PongFrame | GoodbyeFrame | ErrorFrame;
export type Frame = AgentFrame | ServerFrame | SharedFrame;
export type FrameType = Frame['type'];

const utf8 = new TextEncoder();

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** What the server signs: bound to this connection's nonces and to the certificate it presents. */
export function serverProofMessage(
  agentNonce: Uint8Array,
  serverNonce: Uint8Array,
  certificateHash: Uint8Array,
): Uint8Array {
  return concat([utf8.encode('vigia-server-1\0'), agentNonce, serverNonce, certificateHash]);
}

/** What the agent signs: bound to the server's identity, so that a proof cannot be relayed to another server. */
export function agentProofMessage(
  identityKey: Uint8Array,
  serverNonce: Uint8Array,
  agentNonce: Uint8Array,
  runId: Uint8Array,
): Uint8Array {
  return concat([utf8.encode('vigia-agent-1\0'), identityKey, serverNonce, agentNonce, runId]);
}
