import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import * as common from '@grafana/grafana-foundation-sdk/common';
import type { ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { instant, type Query, range, refIdOf, type Step, source, thresholds } from './kit.ts';

export interface PanelLooks {
  readonly title: string;
  /** What it says, and what to do about it: shown behind the i of the panel. */
  readonly about: string;
  /** Columns of 24. */
  readonly span?: number;
  /** One of Grafana's units; plain numbers unless told. */
  readonly unit?: string;
  readonly decimals?: number;
}

const calm: readonly Step[] = [[null, 'text']];

/** One number as it is now. */
export function stat(
  looks: PanelLooks & { readonly expr: string; readonly steps?: readonly Step[]; readonly words?: ValueMapping[] },
): Stat {
  const { title, about, expr, span = 4, unit = 'short', decimals, steps = calm, words = [] } = looks;
  const panel = new Stat()
    .title(title)
    .description(about)
    .datasource(source)
    .span(span)
    .height(4)
    .unit(unit)
    .thresholds(thresholds(steps))
    .mappings(words)
    .colorMode(common.BigValueColorMode.Value)
    .graphMode(common.BigValueGraphMode.None)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .noValue('none')
    .withTarget(instant(expr, 'A'));
  return decimals === undefined ? panel : panel.decimals(decimals);
}

/** How numbers went. */
export function lines(
  looks: PanelLooks & {
    readonly queries: readonly Query[];
    readonly min?: number;
    readonly max?: number;
    readonly stacked?: boolean;
  },
): TimeSeries {
  const { title, about, queries, span = 12, unit = 'short', decimals, min, max, stacked = false } = looks;
  const mode = stacked ? common.StackingMode.Normal : common.StackingMode.None;
  const panel = new TimeSeries()
    .title(title)
    .description(about)
    .datasource(source)
    .span(span)
    .height(8)
    .unit(unit)
    .lineWidth(1)
    .fillOpacity(stacked ? 30 : 5)
    .showPoints(common.VisibilityMode.Never)
    .stacking(new common.StackingConfigBuilder().mode(mode))
    .legend(
      new common.VizLegendOptionsBuilder()
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .showLegend(true),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending),
    );
  if (min !== undefined) panel.min(min);
  if (max !== undefined) panel.max(max);
  if (decimals !== undefined) panel.decimals(decimals);
  for (const [index, query] of queries.entries()) panel.withTarget(range(query, refIdOf(index)));
  return panel;
}

/** A column of numbers: one for each row of labels that the queries of the table share. */
export interface Column extends Omit<Query, 'legend'> {
  readonly name: string;
  readonly unit?: string;
  readonly steps?: readonly Step[];
}

/** What is there now, sorted by one of its columns. */
export function table(
  looks: PanelLooks & { readonly columns: readonly Column[]; readonly sortBy: string; readonly worstIsLow?: boolean },
): Table {
  const { title, about, span = 12, columns, sortBy, worstIsLow = false } = looks;
  const panel = new Table()
    .title(title)
    .description(about)
    .datasource(source)
    .span(span)
    .height(8)
    .noValue('')
    .sortBy([new common.TableSortByFieldStateBuilder().displayName(sortBy).desc(!worstIsLow)])
    .withTransformation({ id: 'merge', options: {} });
  // With one query alone Grafana does not number its values.
  const valueName = (index: number): string => (columns.length === 1 ? 'Value' : `Value #${refIdOf(index)}`);
  const names = columns.map(({ name }, index) => [valueName(index), name]);
  panel.withTransformation({
    id: 'organize',
    options: { excludeByName: { Time: true }, renameByName: Object.fromEntries(names) },
  });
  for (const [index, { name, expr, unit = 'short', steps }] of columns.entries()) {
    panel.withTarget(instant(expr, refIdOf(index), PromQueryFormat.Table));
    panel.overrideByName(name, [
      { id: 'unit', value: unit },
      ...(steps
        ? [
            { id: 'thresholds', value: thresholds(steps).build() },
            { id: 'custom.cellOptions', value: { type: 'color-text' } },
          ]
        : []),
    ]);
  }
  return panel;
}

/** The same number of several things, as bars. */
export function bars(
  looks: PanelLooks & Query & { readonly max?: number; readonly steps?: readonly Step[] },
): BarGauge {
  const { title, about, expr, legend = '', span = 12, unit = 'short', max, steps = [[null, 'blue']] } = looks;
  const panel = new BarGauge()
    .title(title)
    .description(about)
    .datasource(source)
    .span(span)
    .height(8)
    .unit(unit)
    .min(0)
    .thresholds(thresholds(steps))
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .withTarget(instant(expr, 'A').legendFormat(legend));
  return max === undefined ? panel : panel.max(max);
}

/** How a state went, as a band for each thing. */
export function states(looks: PanelLooks & Query & { readonly words: ValueMapping[] }): StateTimeline {
  const { title, about, span = 24, words, ...query } = looks;
  return new StateTimeline()
    .title(title)
    .description(about)
    .datasource(source)
    .span(span)
    .height(8)
    .mappings(words)
    .mergeValues(true)
    .showValue(common.VisibilityMode.Never)
    .withTarget(range(query, 'A'));
}
