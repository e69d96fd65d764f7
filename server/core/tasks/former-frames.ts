import { Feature, type PlanFrame, type ProbeFrame } from '../../../protocol/wire/frame.ts';
import type { ProbeFinding } from '../../../protocol/wire/plan.ts';
import { parseProbeAnswer } from '../../../protocol/wire/probe.ts';
import type { TaskEnding } from './kind.ts';

/** How agents that do not know tasks are asked: the first two kinds had frames of their own. */

export interface FormerFrame {
  readonly frame: ProbeFrame | PlanFrame;
  /** Whether an answer comes. */
  readonly isAnswered: boolean;
}

/** The frame for a task of this kind; null if agents with these features can do no such thing. `number` returns with the answer. */
export function formerFrame(kind: string, json: string, features: number, number: number): FormerFrame | null {
  if (kind === 'probe' && (features & Feature.probe) !== 0) {
    const request = { id: number, ...(JSON.parse(json) as object) };
    return { frame: { type: 'probe', json: JSON.stringify(request) }, isAnswered: true };
  }
  if (kind === 'checks' && (features & Feature.checks) !== 0)
    return { frame: { type: 'plan', json }, isAnswered: false };
  return null;
}

/** Whether an agent with these features can be asked for it. */
export function isKnown(kind: string, features: number): boolean {
  return (features & Feature.tasks) !== 0 || formerFrame(kind, '{}', features, 0) !== null;
}

/** What a `probe_result` frame says of which question. @throws ProtocolError frame_malformed */
export function formerAnswer(json: string): { readonly number: number; readonly ending: TaskEnding<ProbeFinding> } {
  const { id, ...facts } = parseProbeAnswer(json);
  if (facts.outcome === 'not_permitted') return { number: id, ending: { outcome: 'refused', reason: facts.detail } };
  return { number: id, ending: { outcome: 'done', facts, ageMs: 0, file: null } };
}
