import { operationsOf } from './answers.ts';
import type { Api, Caller } from './api.ts';
import type { Tape } from './tape.ts';

/** What the server promises of every route, one a line. */
export async function recordSchema(api: Api, tape: Tape, admin: Caller): Promise<void> {
  const { body } = await api.ask(admin, 'GET', '/api/v1/openapi.json');
  const { paths, ...rest } = body as { readonly paths: Record<string, Record<string, unknown>> };
  tape.add('openapi', rest);
  const seen = new Map<string, string>();
  for (const { method, path } of await operationsOf(api, admin)) {
    const operation = paths[path]?.[method.toLowerCase()];
    const { responses, ...asked } = operation as { readonly responses: object };
    const text = JSON.stringify(responses);
    const first = seen.get(text);
    seen.set(text, first ?? `${method} ${path}`);
    tape.add('openapi', { method, path, asked, responses: first === undefined ? responses : `as of ${first}` });
  }
}
