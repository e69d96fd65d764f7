import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const dashboard = join(import.meta.dirname, '../../dashboard');

/** What a part draws, and the files that may draw it. */
const drawn: readonly (readonly [what: RegExp, by: readonly string[]])[] = [
  // the calendar of a month is a grid of days, and the only one
  [/<table\b/, ['ui/Table.tsx', 'ui/VirtualTable.tsx', 'features/maintenance/MonthGrid.tsx']],
  [/<dialog\b/, ['ui/Dialog.tsx']],
  [/\.showModal\(/, ['ui/modal.ts']],
  [/<form\b/, ['ui/Form.tsx']],
  [/type="date"/, ['ui/DateInput.tsx']],
  [/type: 'search'|type="search"/, ['ui/SearchBox.tsx']],
  [/class="nothing"/, ['ui/Nothing.tsx']],
  [/class="failure"/, ['ui/Failure.tsx']],
  [/class="loading"/, ['ui/Loading.tsx']],
  [/class="facts|class="fact-row/, []],
  [/<figure\b/, ['charts/ChartFrame.tsx']],
  [/text\/csv/, ['data/csv.ts']],
  [/'emergency', 'high', 'medium', 'normal'/, ['data/priority.ts']],
];

t.test('pages are built of the parts: what a part draws is drawn nowhere else', async (t) => {
  const files = readdirSync(dashboard, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => /\.tsx?$/.test(name));
  const sources = files.map((name) => ({ name, text: readFileSync(join(dashboard, name), 'utf8') }));
  for (const [what, by] of drawn) {
    const found = sources.filter(({ text }) => what.test(text)).map(({ name }) => name);
    t.same(found.sort(), [...by].sort(), String(what));
  }
});
