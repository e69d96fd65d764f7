import t from 'tap';
import { ask, type Choice, hasData, optionsOf, panelsOf, readDashboards, variablesOf } from '../support/dashboards.ts';
import { until } from '../support/until.ts';
import { startWatchedFleet } from '../support/watched-fleet.ts';

t.setTimeout(900_000);

t.test('every query of every panel brings data from a real Prometheus that scrapes a fleet in trouble', async (t) => {
  const { prometheus, device, from } = await startWatchedFleet(t);
  await until('a scrape', async () => (await prometheus.query('up{job="vigia"}'))[0]?.value === 1);

  for (const dashboard of readDashboards()) {
    const choice: Record<string, string> = { __rate_interval: '10s' };
    for (const variable of variablesOf(dashboard).filter(({ type }) => type !== 'datasource')) {
      const { name, includeAll, allValue } = variable;
      const options = await optionsOf(prometheus, variable, choice);
      t.ok(options.length > 0, `${dashboard.title}: there is something to choose of ${name}`);
      choice[name] = includeAll ? (allValue ?? '') : name === 'device' ? device : (options[0] ?? '');
    }
    for (const panel of panelsOf(dashboard)) {
      const brings = async () => (await ask(prometheus, panel, choice as Choice, from)).every(hasData);
      const empty = async () => {
        const shown = await ask(prometheus, panel, choice as Choice, from);
        return shown.filter((one) => !hasData(one)).map(({ query }) => query.expr);
      };
      const isThere = await until(`data of ${panel.title}`, brings, { everyMs: 500, deadlineMs: 20_000 }).catch(
        () => false,
      );
      t.ok(isThere, `${dashboard.title}: ${panel.title}`, { empty: isThere ? [] : await empty() });
    }
  }

  await t.test('the rules that are shipped are evaluated', async (t) => {
    const { groups } = await prometheus.ask('rules');
    for (const { name, health, lastError } of groups.flatMap(({ rules }: { rules: object[] }) => rules)) {
      t.match({ health, lastError }, { health: 'ok', lastError: undefined }, name);
    }
  });

  await t.test('machines are found by /sd/devices', async (t) => {
    const found = await until('a target', async () => {
      const { droppedTargets } = await prometheus.ask('targets');
      return droppedTargets[0];
    });
    const labels = { client: 'acme', site: 'main-office', __meta_vigia_kind: 'server' };
    t.match(found.discoveredLabels, labels, 'and not scraped, as it lacks the tag');
  });
});
