import { readFileSync } from 'node:fs';
import t from 'tap';
import { readSaid } from '../../protocol/said/read.ts';
import { isKey } from '../../protocol/said/said.ts';

/** Every row that the hour of the tape has stored; `tape.test.ts` holds that the server still stores them. */
const rows = readFileSync(new URL('../fixtures/golden/rows.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line): Row => JSON.parse(line));

interface Row {
  readonly table: string;
  readonly kind?: string;
  readonly by_user?: string | null;
}

interface Found {
  readonly key: string;
  readonly params: object;
}

/** The facts in a row, wherever they are: in columns that hold JSON, and inside of one another. */
function* factsIn(value: unknown): Iterable<Found> {
  if (typeof value === 'string' && /^[[{]/.test(value)) yield* factsIn(JSON.parse(value));
  if (typeof value !== 'object' || value === null) return;
  const { key, params } = value as { readonly key?: unknown; readonly params?: unknown };
  if (isKey(key) && typeof params === 'object' && params !== null) yield { key, params };
  for (const inner of Object.values(value)) yield* factsIn(inner);
}

const typedKinds = ['note', 'responded', 'resolved'];

t.test('of incidents nothing is stored as a sentence but what a person typed', async (t) => {
  const told = new Set<string>();
  for (const row of rows.filter(({ table }) =>
    ['incident', 'incident_event', 'outbox', 'device_state'].includes(table),
  )) {
    const isTyped = row.table === 'incident_event' && typeof row.by_user === 'string';
    for (const fact of factsIn(row)) {
      told.add(fact.key);
      t.same(readSaid(fact), fact, 'it is what its key says it is');
      t.not(fact.key, 'unknown');
      if (fact.key === 'text') t.ok(isTyped && typedKinds.includes(row.kind ?? ''), JSON.stringify(row));
    }
  }
  t.ok(told.size > 25, `${told.size} facts are told in the hour`);
});
