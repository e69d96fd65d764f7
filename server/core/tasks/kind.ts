import type { Frame } from '../../../protocol/wire/frame.ts';
import type { TaskOutcome } from '../../../protocol/wire/task.ts';

/** A device whose agent may be asked. */
export interface AskedDevice {
  readonly info: { readonly id: string };
  readonly connection: {
    /** While it has one, with what it asked for, as bits. */
    readonly peer: { readonly features: number; readonly send: (frame: Frame) => void } | null;
  };
}

/** Something that agents may be asked for. A kind lies with whoever asks for it. */
export interface TaskKind<Payload, Facts> {
  /** As the wire calls it. */
  readonly name: string;
  /** It stands until another of its kind takes its place at the device: that ends the one before. */
  readonly isStanding: boolean;
  /** Largest answer, in bytes of JSON. */
  readonly maxResultBytes: number;
  /** Largest file, in bytes; 0 for none. */
  readonly maxFileBytes: number;
  /** The payload as JSON, of at most `MAX_TASK_BYTES`. */
  write(payload: Payload): string;
  /** What the answer of an agent says. @throws ProtocolError if it cannot be read */
  judge(json: string): Facts;
}

/**
 * How a task ended for the one who asked: as its agent says, or `unanswered` by its deadline; `replaced` by another of its standing
 * kind; `unconfirmed`, told to an agent that is too old to say what came of it.
 */
export type TaskEnding<Facts> =
  | {
      readonly outcome: 'done';
      readonly facts: Facts;
      /** How long ago it ended there, ms. */
      readonly ageMs: number;
      readonly file: Uint8Array | null;
    }
  | {
      readonly outcome: Exclude<TaskOutcome, 'done'> | 'unanswered' | 'replaced' | 'unconfirmed';
      /** In a sentence. */
      readonly reason: string;
    };

/** Why a result counted for nothing. */
export type DropReason =
  /** Nobody asked for it, or that is forgotten. */
  | 'unknown'
  /** It came after its deadline. */
  | 'late'
  | 'duplicate'
  /** Another device was asked. */
  | 'foreign'
  /** It is larger than its kind allows. */
  | 'oversized'
  | 'malformed'
  /** The agent itself had to drop it, for want of room. */
  | 'agent_full';
