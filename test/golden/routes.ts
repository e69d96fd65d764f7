import { askAs, operationsOf, recordAnswers } from './answers.ts';
import type { Api, Caller } from './api.ts';
import type { Tape } from './tape.ts';

/** Real ids for the places in paths, and questions beside the plain one. */
export interface Samples {
  /** Ids by the name that stands before `{id}`, such as `devices`. */
  readonly ids: Readonly<Record<string, readonly string[]>>;
  /** Query strings by path, `{id}` in it; without an entry it is asked without one. */
  readonly queries: Readonly<Record<string, readonly string[]>>;
}

/** Nothing has it. */
const NOWHERE = 'ffffffff-7a9e-4000-8000-000000000000';

/** Every route that reads, as each of these callers, with every sample. @throws Error for a route of which there is no sample */
export async function recordReading(
  api: Api,
  tape: Tape,
  {
    section,
    callers,
    samples,
    admin,
    isLeftOut = () => false,
  }: {
    readonly section: string;
    readonly callers: readonly Caller[];
    readonly samples: Samples;
    readonly admin: Caller;
    readonly isLeftOut?: (path: string) => boolean;
  },
): Promise<void> {
  for (const { method, path } of await operationsOf(api, admin)) {
    if (method !== 'GET' || isLeftOut(path)) continue;
    for (const asked of concrete(path, samples))
      await recordAnswers(tape, section, `GET ${asked}`, askAs(api, callers, 'GET', asked));
  }
}

/** Every route that changes something, asked for what does not exist: who may not is refused before it is looked for. */
export async function recordRefusals(api: Api, tape: Tape, callers: readonly Caller[], admin: Caller): Promise<void> {
  for (const { method, path } of await operationsOf(api, admin)) {
    // It needs no right, and ends the session of whoever asks.
    if (method === 'GET' || (method === 'DELETE' && path === '/api/v1/session')) continue;
    const asked = path.replace('{id}', NOWHERE);
    const body = method === 'DELETE' ? undefined : {};
    await recordAnswers(tape, 'refusals', `${method} ${path}`, askAs(api, callers, method, asked, body));
  }
}

function concrete(path: string, { ids, queries }: Samples): string[] {
  const [, before = ''] = /\/([^/]+)\/\{/.exec(path) ?? [];
  const values = path.includes('{') ? ids[before] : [''];
  if (values === undefined) throw new Error(`Say in test/golden/samples.ts which ${before} are asked for: ${path}`);
  const places = [...values, ...(path.includes('{id}') ? [NOWHERE] : [])].map((id) => path.replace(/\{[^}]+\}/, id));
  const asked = queries[path] ?? [''];
  return places.flatMap((place) => (place.includes(NOWHERE) ? asked.slice(0, 1) : asked).map((query) => place + query));
}
