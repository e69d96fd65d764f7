import { setImmediate as breathe } from 'node:timers/promises';

export type Labels = Readonly<Record<string, string>>;

/** Takes one sample of a family: its labels as {@link writeLabels} wrote them. What is not known exports nothing. */
export type Emit = (labels: string, value: number | null) => void;

/** A metric of Prometheus, all of which are gauges here, and its samples for one of the things it is about. */
export interface Family<T> {
  readonly name: string;
  readonly help: string;
  samples(item: T, emit: Emit): void;
}

const CHUNK_CHARACTERS = 64 * 1024;
/** How long the loop is held before other work gets its turn, ms. */
export const TURN_MS = 8;

/** What it is now by some monotonic clock, ms. */
export type Now = () => number;

/**
 * The families in the text format 0.0.4, without timestamps: each once with its HELP and TYPE, as chunks of about 64 KiB, so
 * that a large fleet is never one string and other work goes on in between.
 */
export async function* writeFamilies<T>(
  families: readonly Family<T>[],
  items: readonly T[],
  now: Now,
): AsyncGenerator<string> {
  const turn = startTurn(now);
  for (const family of families) {
    let chunk = '';
    let isOpen = false;
    const emit: Emit = (labels, value) => {
      if (value === null || !Number.isFinite(value)) return;
      if (!isOpen) chunk += `# HELP ${family.name} ${family.help}\n# TYPE ${family.name} gauge\n`;
      isOpen = true;
      chunk += `${family.name}{${labels}} ${value}\n`;
    };
    for (const item of items) {
      family.samples(item, emit);
      if (chunk.length >= CHUNK_CHARACTERS) {
        yield chunk;
        chunk = '';
      }
      if (turn.isOver()) await turn.next();
    }
    if (chunk !== '') yield chunk;
  }
}

/** Makes one thing of every other, with turns for other work in between. */
export async function mapInTurns<T, U>(items: Iterable<T>, make: (item: T) => U, now: Now): Promise<U[]> {
  const turn = startTurn(now);
  const made: U[] = [];
  for (const item of items) {
    made.push(make(item));
    if (turn.isOver()) await turn.next();
  }
  return made;
}

function startTurn(now: Now) {
  let until = now() + TURN_MS;
  let count = 0;
  return {
    // The clock is asked now and then only: asking costs more than writing a sample.
    isOver: () => (++count & 15) === 0 && now() >= until,
    next: async () => {
      await breathe();
      until = now() + TURN_MS;
    },
  };
}

export function writeLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeLabelValue(value)}"`)
    .join(',');
}

/** Names come from agents: whatever they hold, it stays inside its quotes and on its line. */
export function escapeLabelValue(value: string): string {
  // Most need nothing, and a scrape asks for some hundred thousand of them.
  if (/^[\w .:/-]*$/.test(value)) return value;
  return value.toWellFormed().replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
