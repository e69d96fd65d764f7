import type { LoadAgent } from './agent.ts';
import { Histogram } from './histogram.ts';

const TICK_MS = 10;
/** Real agents are never exactly on time. */
const JITTER_MS = 50;

/** When each agent measures: at its own phase of the interval, a little early or late each time. */
export class Rounds {
  /** How late agents measured because this process was busy. */
  readonly late = new Histogram();
  readonly #agents: readonly LoadAgent[];
  readonly #intervalMs: number;
  readonly #slots: { agent: LoadAgent; round: number; phaseMs: number }[][];
  readonly #leftOut = new Set<LoadAgent>();
  #timer: NodeJS.Timeout | null = null;
  #startedAt = 0;
  #tick = 0;

  constructor(agents: readonly LoadAgent[], intervalMs: number) {
    this.#agents = agents;
    this.#intervalMs = intervalMs;
    this.#slots = Array.from({ length: Math.ceil((intervalMs + 2 * JITTER_MS) / TICK_MS) + 2 }, () => []);
  }

  start(): void {
    if (this.#timer !== null) return;
    for (const slot of this.#slots) slot.length = 0;
    this.#startedAt = performance.now();
    this.#tick = 0;
    for (const [position, agent] of this.#agents.entries()) {
      const phaseMs = JITTER_MS + (position / this.#agents.length) * this.#intervalMs;
      this.#plan({ agent, round: 0, phaseMs });
    }
    this.#timer = setInterval(() => this.#catchUp(), TICK_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** It measures no more. */
  leaveOut(agent: LoadAgent): void {
    this.#leftOut.add(agent);
  }

  #plan(turn: { agent: LoadAgent; round: number; phaseMs: number }): void {
    const jitterMs = (Math.random() - 0.5) * 2 * Math.min(JITTER_MS, this.#intervalMs / 4);
    const dueMs = turn.phaseMs + turn.round * this.#intervalMs + jitterMs;
    const tick = Math.max(this.#tick + 1, Math.ceil(dueMs / TICK_MS));
    this.#slots[tick % this.#slots.length]?.push(turn);
  }

  #catchUp(): void {
    const elapsedMs = performance.now() - this.#startedAt;
    while ((this.#tick + 1) * TICK_MS <= elapsedMs) {
      this.#tick += 1;
      const slot = this.#slots[this.#tick % this.#slots.length];
      if (slot === undefined) continue;
      for (const turn of slot.splice(0)) {
        if (this.#leftOut.has(turn.agent)) continue;
        turn.agent.measure();
        this.late.add(performance.now() - this.#startedAt - this.#tick * TICK_MS);
        turn.round += 1;
        this.#plan(turn);
      }
    }
  }
}
