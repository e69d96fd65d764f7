import type { Clocks, Frame } from '../../protocol/wire/frame.ts';
import type { Measurement } from '../collect/collector.ts';
import type { Log } from '../log/log.ts';
import type { AnyTaskKind } from './kind.ts';
import type { Policy } from './policy.ts';

/** What a feature of the agent may use. */
export interface AgentKit {
  readonly dataDir: string;
  /** The machine's own file that names where its backups are. */
  readonly recoveryFile: string;
  readonly publicKey: Uint8Array;
  readonly clocks: () => Clocks;
  readonly log: Log;
  /** Read anew each time. */
  readonly policy: () => Policy;
}

/** What a feature brings to the agent: something that a server may ask for, and what comes of it. */
export interface AgentFeature {
  readonly kind: AnyTaskKind;
  /** The measurement with what it found behind it. */
  addTo?(measurement: Measurement): Measurement;
  /** Servers from before tasks asked by a frame of its own, where the agent said by these bits that it knows it. */
  readonly former?: {
    readonly type: 'plan' | 'probe';
    readonly bits: number;
    /** @throws ProtocolError frame_malformed */
    take(json: string, send: (answer: Frame) => void): void;
  };
  stop?(): void;
}
