import type { Policy } from './policy.ts';

/** What a run may use. */
export interface TaskRun {
  /** Aborted when the deadline of the task is over: whatever the run waits for ends then. */
  readonly signal: AbortSignal;
  /** Where the run leaves its file, if it has one to bring. */
  readonly filePath: string;
}

/** Something that a server may ask of an agent. Each kind is a folder beside this file. */
export interface TaskKind<Payload> {
  /** As the wire calls it. */
  readonly name: string;
  /** One at a time, in the order in which they came. */
  readonly isSerial: boolean;
  /** Largest file that a run may leave, in bytes; 0 for none. */
  readonly maxFileBytes: number;
  /** @throws ProtocolError if the payload cannot be read */
  parse(json: string): Payload;
  /**
   * Why the machine's policy or the kind's own limits forbid it, in a sentence; undefined if it runs. It runs then, and counts
   * against those limits.
   */
  objection(payload: Payload, policy: Policy): string | undefined;
  /** Does it. What it returns is sent as JSON; what it throws is a failure with that reason. */
  run(payload: Payload, run: TaskRun): Promise<object>;
}

/** A kind beside others, whose payloads are nobody's business but its own. */
export type AnyTaskKind = TaskKind<unknown>;

/** The kind as one of many. Only what it has parsed itself ever comes back to it. */
export function anyKind<Payload>(kind: TaskKind<Payload>): AnyTaskKind {
  return {
    name: kind.name,
    isSerial: kind.isSerial,
    maxFileBytes: kind.maxFileBytes,
    parse: (json) => kind.parse(json),
    objection: (payload, policy) => kind.objection(payload as Payload, policy),
    run: (payload, run) => kind.run(payload as Payload, run),
  };
}
