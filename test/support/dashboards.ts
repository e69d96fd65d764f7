import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Dashboard, Panel, RowPanel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { Dataquery } from '@grafana/grafana-foundation-sdk/prometheus';
import type { Line, Prometheus, Sample } from './prometheus.ts';

/** The dashboards as they are shipped, and what Grafana would ask Prometheus for each of their panels. */

const folder = fileURLToPath(new URL('../../deploy/grafana/json/', import.meta.url));

export const readDashboards = (): Dashboard[] =>
  readdirSync(folder)
    .sort()
    .map((name) => JSON.parse(readFileSync(folder + name, 'utf8')) as Dashboard);

export const isPanel = (panel: Panel | RowPanel): panel is Panel => panel.type !== 'row';

export const panelsOf = ({ panels = [] }: Dashboard): Panel[] => panels.filter(isPanel);

export const queriesOf = ({ targets = [] }: Panel): Dataquery[] => targets as Dataquery[];

export const variablesOf = ({ templating }: Dashboard): VariableModel[] => templating?.list ?? [];

/** What is chosen of each variable, and what Grafana fills in by itself. */
export type Choice = Readonly<Record<string, string>>;

/** As Grafana fills in variables. @throws Error for one that nobody has chosen */
export const fillIn = (expression: string, choice: Choice): string =>
  expression.replace(/\$(\w+)/g, (_, name: string) => {
    const value = Object.hasOwn(choice, name) ? choice[name] : undefined;
    if (value === undefined) throw new Error(`nothing is chosen for $${name} in ${expression}`);
    return value;
  });

const labelValues = /^label_values\((.+), (\w+)\)$/;

/** What may be chosen of each variable of a dashboard, where `choice` was chosen of those before it. */
export async function optionsOf(
  prometheus: Prometheus,
  { type, query }: VariableModel,
  choice: Choice,
): Promise<readonly string[]> {
  if (typeof query !== 'string') throw new Error('a variable without a query');
  if (type === 'custom') return query.split(',');
  const [, series = '', label = ''] = labelValues.exec(query) ?? [];
  const match = new URLSearchParams({ 'match[]': fillIn(series, choice) });
  return prometheus.ask(`label/${label}/values?${match}`);
}

export interface Shown {
  readonly query: Dataquery;
  /** Now. */
  readonly samples: readonly Sample[];
  /** Over the time that is shown. */
  readonly lines: readonly Line[];
}

/** What each query of a panel brings, of the time from `from` on. */
export async function ask(prometheus: Prometheus, panel: Panel, choice: Choice, from: number): Promise<Shown[]> {
  const shown: Shown[] = [];
  for (const query of queriesOf(panel)) {
    const expression = fillIn(query.expr, choice);
    const samples = query.instant ? await prometheus.query(expression) : [];
    const lines = query.range ? await prometheus.queryRange(expression, from, Date.now(), 1_000) : [];
    shown.push({ query, samples, lines });
  }
  return shown;
}

/** Whether there is something to see. */
export const hasData = ({ samples, lines }: Shown): boolean =>
  samples.some(({ value }) => Number.isFinite(value)) ||
  lines.some(({ points }) => points.some(([, value]) => Number.isFinite(value)));
