import { isDeepStrictEqual } from 'node:util';
import type { Answer, Api, Caller } from './api.ts';
import { sorted, type Tape } from './tape.ts';

interface Operation {
  readonly method: string;
  /** With `{id}` in it. */
  readonly path: string;
}

/** Every route that the server describes, in the order of their paths. */
export async function operationsOf(api: Api, admin: Caller): Promise<readonly Operation[]> {
  const { body } = await api.ask(admin, 'GET', '/api/v1/openapi.json');
  const paths = Object.entries(body.paths as Record<string, Record<string, unknown>>);
  const operations = paths.flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
  );
  return operations.sort((a, b) => (`${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1));
}

interface Group {
  readonly as: string[];
  readonly status: number;
  readonly body: unknown;
}

/** What was answered, with those who got the same together. */
export async function recordAnswers(
  tape: Tape,
  section: string,
  asked: string,
  answers: AsyncIterable<readonly [Caller, Answer]>,
): Promise<void> {
  const groups: Group[] = [];
  for await (const [{ name }, answer] of answers) {
    const { status } = answer;
    const body = shownBody(asked, answer);
    const same = groups.find((group) => group.status === status && isDeepStrictEqual(group.body, body));
    if (same) same.as.push(name);
    else groups.push({ as: [name], status, body });
  }
  tape.add(section, { asked, answers: groups.map((group) => comparedWith(groups[0], group)) });
}

/** A document that differs from the first in a few of its fields is shown by those. */
function comparedWith(first: Group | undefined, group: Group): object {
  if (!first || first === group || first.status !== group.status) return group;
  if (!isDocument(first.body) || !isDocument(group.body)) return group;
  const [whole, own] = [first.body, group.body];
  const names = [...new Set([...Object.keys(whole), ...Object.keys(own)])];
  const different = names.filter((name) => !isDeepStrictEqual(whole[name], own[name]));
  if (different.length * 2 > names.length) return group;
  const { as, status } = group;
  return { as, status, asTheFirstBut: Object.fromEntries(different.map((name) => [name, own[name] ?? null])) };
}

function isDocument(body: unknown): body is Record<string, unknown> {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}

export async function* askAs(
  api: Api,
  callers: readonly Caller[],
  method: string,
  path: string,
  body?: unknown,
): AsyncGenerator<readonly [Caller, Answer]> {
  for (const caller of callers) yield [caller, await api.ask(caller, method, path, body)];
}

function shownBody(asked: string, { status, headers, body }: Answer): unknown {
  const type = headers['content-type'] ?? 'nothing';
  // What a new machine downloads is made by the build, and the metrics have a section of their own.
  if (status === 200 && (asked.startsWith('GET /install/') || asked === 'GET /metrics')) return type;
  // Signs what the caller has drawn.
  if (status === 200 && asked.startsWith('GET /enroll')) return Object.keys(body).sort();
  if (typeof body === 'string' && body !== '') return { type, lines: body.split('\n') };
  return sorted(body);
}
