import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { files } from '../../deploy/grafana/boards.ts';
import { panelsOf, queriesOf, readDashboards, variablesOf } from '../support/dashboards.ts';

const folder = fileURLToPath(new URL('../../deploy/grafana/json/', import.meta.url));
const dashboards = readDashboards();

t.test('what is shipped is what the code makes, byte for byte', (t) => {
  t.strictSame(readdirSync(folder).sort(), [...files.keys()].sort());
  for (const [name, text] of files) t.equal(readFileSync(folder + name, 'utf8'), text, `${name}; npm run grafana`);
  t.end();
});

t.test('Grafana tells dashboards and panels apart', (t) => {
  const uids = dashboards.map(({ uid }) => uid);
  t.equal(new Set(uids).size, dashboards.length);
  for (const { title, panels = [] } of dashboards) {
    const ids = panels.map(({ id }) => id);
    t.equal(new Set(ids).size, panels.length, `${title}: every panel and row has a number of its own`);
    t.notOk(ids.includes(undefined), title ?? '');
  }
  t.end();
});

t.test('no panel lies on another or leaves the 24 columns', (t) => {
  for (const { title, panels = [] } of dashboards) {
    const taken = new Set<string>();
    for (const { title: name, gridPos } of panels) {
      if (!gridPos) return t.fail(`${title}: ${name} lies nowhere`);
      const { x, y, w, h } = gridPos;
      t.ok(x >= 0 && x + w <= 24, `${title}: ${name}`);
      for (let column = x; column < x + w; column += 1) {
        for (let row = y; row < y + h; row += 1) {
          const place = `${column}/${row}`;
          if (taken.has(place)) t.fail(`${title}: ${name} lies on another`);
          taken.add(place);
        }
      }
    }
  }
  t.end();
});

t.test('every panel says what it is about, asks the chosen source, and uses variables that there are', (t) => {
  for (const dashboard of dashboards) {
    const known = new Set([...variablesOf(dashboard).map(({ name }) => name), '__rate_interval']);
    for (const panel of panelsOf(dashboard)) {
      const queries = queriesOf(panel);
      t.match(panel.description, /\w.*\.$/, `${dashboard.title}: ${panel.title}`);
      t.ok(queries.length > 0, panel.title ?? '');
      for (const { datasource, expr, legendFormat = '' } of queries) {
        t.strictSame(datasource, { type: 'prometheus', uid: '$datasource' }, panel.title ?? '');
        for (const [, name = ''] of `${expr} ${legendFormat}`.matchAll(/\$(\w+)/g)) {
          t.ok(known.has(name), `${panel.title}: $${name}`);
        }
      }
    }
  }
  t.end();
});
