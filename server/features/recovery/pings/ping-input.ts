import { refused } from '../../../../protocol/said/refused.ts';
import { said } from '../../../../protocol/said/said.ts';

/** What a ping tells besides what happened. */
export interface PingInput {
  /** Null: it says nothing of it. */
  readonly exitCode: number | null;
  readonly sizeBytes: number | null;
  /** What it calls its run, so that its end is found among several. */
  readonly run: string | null;
  /** What the tool calls what it left behind. */
  readonly point: string | null;
}

const MAX_NAME = 200;
const names = new Set(['exit', 'size', 'run', 'point']);

/**
 * What stands in the query and in the body; the query counts where both say something. A body is a number alone, the exit code; a form,
 * as curl's `-d` sends it; or JSON. Anything else, such as the output of the tool, says nothing.
 * @throws VigiaError validation_failed for a value that is none
 */
export function readPing(query: Readonly<Record<string, unknown>>, body: string): PingInput {
  const told = new Map([...fieldsOf(body), ...Object.entries(query)].filter(([name]) => names.has(name)));
  const text = (name: string): string | null => {
    const value = told.get(name);
    return value === undefined || value === null || value === '' ? null : String(value);
  };
  const number = (name: 'exit' | 'size', least: number, most: number): number | null => {
    const value = text(name);
    if (value === null) return null;
    const read = /^-?\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
    if (read >= least && read <= most) return read;
    throw refused('validation_failed', said('refused.ping.number', { name, least, most }));
  };
  const name = (of: 'run' | 'point'): string | null => {
    const value = text(of);
    if (value === null || (value.length <= MAX_NAME && !/\p{Cc}/u.test(value))) return value;
    throw refused('validation_failed', said('refused.ping.line', { of, most: MAX_NAME }));
  };
  return {
    exitCode: number('exit', -255, 255),
    sizeBytes: number('size', 0, Number.MAX_SAFE_INTEGER),
    run: name('run'),
    point: name('point'),
  };
}

function fieldsOf(body: string): [string, unknown][] {
  const text = body.trim();
  if (/^-?\d{1,3}$/.test(text)) return [['exit', text]];
  if (text.startsWith('{')) return jsonFields(text);
  return /^[a-z]+=/.test(text) && !/[\r\n]/.test(text) ? [...new URLSearchParams(text)] : [];
}

function jsonFields(text: string): [string, unknown][] {
  try {
    return Object.entries(JSON.parse(text) as object);
  } catch (cause) {
    // Not a document of ours, but what some tool printed.
    if (cause instanceof SyntaxError) return [];
    throw cause;
  }
}
