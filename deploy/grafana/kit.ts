import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';

/** What the dashboards are put together from, and what all of them have in common. */

/** A query of Prometheus, and how its series are called, such as `{{client}}`. */
export interface Query {
  readonly expr: string;
  readonly legend?: string;
}

/** From this value on it has this colour; null: from the beginning. */
export type Step = readonly [from: number | null, colour: string];

export interface Variable {
  readonly name: string;
  readonly label: string;
  /** A query of Grafana's Prometheus source, such as `label_values(vigia_device_info, client)`, or the values themselves. */
  readonly values: string | readonly string[];
  /** Several may be chosen, and all are at first. */
  readonly several?: boolean;
}

export interface Row {
  readonly title: string;
  readonly panels: readonly Builder<dashboard.Panel>[];
}

export interface Board {
  readonly uid: string;
  readonly title: string;
  /** The question that it answers. */
  readonly about: string;
  readonly variables: readonly Variable[];
  readonly rows: readonly Row[];
}

/** Chosen above each dashboard, so that none of them names a source of its own. */
export const source = { type: 'prometheus', uid: '$datasource' } as const;

/** The dashboard as Grafana imports it, in the classic format that its versions since 9 read. */
export function build({ uid, title, about, variables, rows }: Board): dashboard.Dashboard {
  const builder = new dashboard.DashboardBuilder(`Vigia: ${title}`)
    .uid(uid)
    .description(about)
    .tags(['vigia'])
    .timezone('browser')
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .time({ from: 'now-6h', to: 'now' })
    .refresh('1m')
    .readonly()
    .link(others())
    .withVariable(new dashboard.DatasourceVariableBuilder('datasource').label('Source').type('prometheus'));
  for (const variable of variables) builder.withVariable(choice(variable));
  let id = 0;
  for (const row of rows) {
    id += 1;
    builder.withRow(new dashboard.RowBuilder(row.title).id(id));
    for (const panel of row.panels) {
      id += 1;
      builder.withPanel(numbered(panel, id));
    }
  }
  return builder.build();
}

const numbered = (panel: Builder<dashboard.Panel>, id: number): Builder<dashboard.Panel> => ({
  build: () => ({ ...panel.build(), id }),
});

function others(): dashboard.DashboardLinkBuilder {
  return new dashboard.DashboardLinkBuilder('Vigia')
    .type(dashboard.DashboardLinkType.Dashboards)
    .tags(['vigia'])
    .asDropdown(true)
    .includeVars(true)
    .keepTime(true);
}

function choice({ name, label, values, several = false }: Variable): Builder<dashboard.VariableModel> {
  if (typeof values !== 'string') {
    const [first = ''] = values;
    const options = values.map((value) => ({ selected: value === first, text: value, value }));
    const builder = new dashboard.CustomVariableBuilder(name).label(label).values(values.join(',')).options(options);
    return builder.current({ selected: true, text: first, value: first });
  }
  const builder = new dashboard.QueryVariableBuilder(name)
    .label(label)
    .datasource(source)
    .query(values)
    .definition(values)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc);
  if (!several) return builder;
  return builder
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}

/** Now, as one number or a table. */
export function instant(expr: string, refId: string, format = PromQueryFormat.TimeSeries): DataqueryBuilder {
  return new DataqueryBuilder().datasource(source).refId(refId).expr(expr).instant().format(format);
}

/** Over the time that is shown. */
export function range({ expr, legend }: Query, refId: string): DataqueryBuilder {
  const query = new DataqueryBuilder().datasource(source).refId(refId).expr(expr).range();
  return legend === undefined ? query : query.legendFormat(legend);
}

export const refIdOf = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index);

export function thresholds(steps: readonly Step[]): dashboard.ThresholdsConfigBuilder {
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps(steps.map(([value, color]) => ({ value, color })));
}

/** Words in place of numbers, each with its colour. */
export function words(
  said: Readonly<Record<string, readonly [text: string, colour: string]>>,
): dashboard.ValueMapping[] {
  const options = Object.entries(said).map(([value, [text, color]], index) => [value, { text, color, index }] as const);
  return [{ type: dashboard.MappingType.ValueToText, options: Object.fromEntries(options) }];
}
