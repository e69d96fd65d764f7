import type { AvailabilityFigure, AvailabilityReport, AvailabilityRow } from '../../../protocol/api/availability.ts';
import { type CsvColumn, csvOf } from '../../data/csv.ts';
import { clients, sites } from '../../data/store.ts';
import { cutFigure, figureOf, type Hours } from '../../words/availability.ts';

interface Line {
  readonly row: AvailabilityRow;
  readonly hours: Hours;
  readonly figure: AvailabilityFigure;
  readonly cut: ReturnType<typeof cutFigure>;
}

const figures = [
  'upMs',
  'downMs',
  'excludedMs',
  'unknownMs',
  'targetRatio',
  'verdict',
  'budgetMs',
  'budgetLeftMs',
  'outages',
] as const;
const shares = ['ratio', 'coverage', 'lo', 'hi'] as const;

/** Every figure of every row, for a spreadsheet: milliseconds and ratios as they are. */
export function availabilityCsv(report: AvailabilityReport, rows: readonly AvailabilityRow[]): string {
  const lines = rows.flatMap((row) =>
    (['always', 'service'] as const).flatMap((hours): Line[] => {
      const figure = figureOf(row, hours);
      return figure ? [{ row, hours, figure, cut: cutFigure(figure) }] : [];
    }),
  );
  const columns: CsvColumn<Line>[] = [
    ['kind', ({ row }) => row.kind],
    ['id', ({ row }) => row.id],
    ['name', ({ row }) => row.name],
    ['client', ({ row }) => clients.value.get(row.clientId ?? '')?.name ?? ''],
    ['site', ({ row }) => sites.value.get(row.siteId ?? '')?.name ?? ''],
    ['hours', ({ hours }) => (hours === 'always' ? '24x7' : 'service hours')],
    ['from', () => report.from],
    ['to', () => report.measuredUntil],
    ...figures.map((name): CsvColumn<Line> => [name, ({ figure }) => figure[name]]),
    ...shares.map((name): CsvColumn<Line> => [name, ({ cut }) => cut[name]]),
    ['longestOutageMs', ({ figure }) => figure.longestOutage?.durationMs ?? null],
  ];
  return csvOf(lines, columns);
}
