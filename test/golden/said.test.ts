import { readFileSync } from 'node:fs';
import t from 'tap';
import { isKey, readSaid } from '../../protocol/said/read.ts';

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

/** Whether a person wrote what a row says: the fact of it is their text. */
function isTyped({ table, kind = '', by_user: by = null }: Row): boolean {
  return table === 'incident_event' && by !== null && typedKinds.includes(kind);
}

t.test('nothing is stored as a sentence but what a person typed', async (t) => {
  const told = new Set<string>();
  for (const row of rows) {
    for (const fact of factsIn(row)) {
      told.add(fact.key);
      t.same(readSaid(fact), fact, 'it is what its key says it is');
      t.not(fact.key, 'unknown');
      if (fact.key === 'text') t.ok(isTyped(row), JSON.stringify(row));
    }
  }
  t.ok(told.size > 30, `${told.size} facts are told in the hour`);
});

/** Where people's own words lie, by table and path; lists and rows of a map are `*`. */
const written = [
  /^attestation\/(evidence|why)$/,
  // What somebody entered is recorded as it was.
  /^audit\/detail_json\/(.*\/)?(title|why|reason|evidence)$/,
  /^incident\/clock_json\/pauses\/\*\/reason$/,
  /^(maintenance_edit|maintenance_window)\/document_json\/title$/,
  /^outbox\/payload_json\/title$/,
  /^person_report\/text$/,
  /^setting\/value_json\/\*\/why$/,
  /^site\/card_json\/emergency$/,
];
/** Parameters that hold what somebody wrote, whatever the fact. */
const ofFacts = /\/params\/(text|why|reason|title)$/;

/** Every text of a row that reads like a sentence, with where it lies. */
function* sentencesIn(value: unknown, path: string): Iterable<{ path: string; text: string }> {
  if (typeof value === 'string' && /^[[{]/.test(value)) yield* sentencesIn(JSON.parse(value), path);
  else if (typeof value === 'string' && /^\p{Lu}.*\s\S+\s.*[.!?]$/su.test(value)) yield { path, text: value };
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    yield* sentencesIn(inner, `${path}/${Array.isArray(value) || /^\d{4}-/.test(name) ? '*' : name}`);
  }
}

t.test('and no other column holds one', async (t) => {
  let found = 0;
  for (const row of rows) {
    for (const { path, text } of sentencesIn(row, row.table)) {
      found += 1;
      t.ok(ofFacts.test(path) || written.some((place) => place.test(path)), `${path}: ${text}`);
    }
  }
  t.ok(found > 10, `people wrote ${found} sentences in the hour`);
});
