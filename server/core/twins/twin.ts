import type { Dating } from '../../domain/dating.ts';
import { type Life, MAX_LIVES, type Sign } from '../../domain/lives.ts';

/**
 * `beside`: nobody has decided yet, its reports are kept apart. `given_up`: another machine keeps the identity. `taken`: it is the
 * machine now, and what it reported before is being taken in.
 */
export type TwinRole = 'beside' | 'given_up' | 'taken';

/** What is known of a machine that holds the key of a device and is not the one that is judged. Plain data, kept as JSON. */
export interface TwinFacts {
  readonly runs: readonly Life[];
  readonly address: string | null;
  readonly agentVersion: string;
  readonly hostname: string | null;
  readonly firstAt: number;
  readonly lastAt: number;
  /** How its clocks relate to the server's; null if nothing was heard of them. */
  readonly dating: Dating | null;
}

/** Such a machine, in memory. */
export interface Twin {
  readonly id: string;
  readonly deviceId: string;
  readonly clientId: string;
  role: TwinRole;
  facts: TwinFacts;
  inventoryJson: string | null;
  /** Reports that are kept of it. */
  kept: number;
  /** What they take, their lists of metrics included. */
  keptBytes: number;
  /** Something changed that is not written yet. */
  isDirty: boolean;
}

/** A machine that may have given a sign whose run nobody knows. */
export interface Candidate<M> {
  readonly machine: M;
  readonly bootIds: readonly string[];
  /** When it was last heard, ms. */
  readonly heardAt: number;
}

/** Clocks of one machine differ by less. */
const TOLERANCE_MS = 2_000;

/**
 * Whose new run this is, of several machines that hold one key: that of its boot; else that which fell silent last before the boot
 * began. One that was heard after that did not boot then. Null if nothing tells.
 */
export function whoseRun<M>(candidates: readonly Candidate<M>[], sign: Sign): M | null {
  const sameBoot = candidates.filter(({ bootIds }) => bootIds.includes(sign.bootId));
  if (sameBoot.length > 0) return sameBoot.length === 1 ? (sameBoot[0]?.machine ?? null) : null;
  const bootedAt = sign.at - sign.bootMs;
  const silent = candidates.filter(({ heardAt }) => heardAt <= bootedAt + TOLERANCE_MS);
  return silent.sort((a, b) => b.heardAt - a.heardAt)[0]?.machine ?? null;
}

/** The runs of a machine, after this sign of it. */
export function withSign(runs: readonly Life[], sign: Sign): Life[] {
  const known = runs.find(({ runId }) => runId === sign.runId);
  const others = runs.filter((run) => run !== known);
  return [...others, { ...sign, firstAt: known?.firstAt ?? sign.at }].slice(-MAX_LIVES);
}
