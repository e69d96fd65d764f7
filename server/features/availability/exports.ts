import { setImmediate as breathe } from 'node:timers/promises';
import { hasPassed } from '../../domain/has-passed.ts';
import { inScope, type Scope } from '../../domain/scope.ts';
import { type Figure, figure, type Measurement, sumMeasurements } from '../../domain/sla/figure.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { AvailabilityExport } from '../../platform/metrics/fleet-export.ts';
import type { Agreements } from './agreements.ts';
import type { BookEntry, LedgerBook } from './ledger-book.ts';
import { Measuring } from './measuring.ts';
import { isExpected } from './rows.ts';
import type { ServiceFigures } from './service-figures.ts';

export interface ExportsOptions {
  readonly fleet: Fleet;
  readonly book: LedgerBook;
  readonly agreements: Agreements;
  readonly services: ServiceFigures;
  readonly now: () => number;
}

const FRESH_MS = 60_000;
const BREATHE_AFTER = 500;

/** Availability as Prometheus scrapes it, computed at most once a minute however many scrape. */
export class AvailabilityExports {
  readonly #options: ExportsOptions;
  #computed: { readonly at: number; readonly items: Promise<readonly Exported[]> } | null = null;

  constructor(options: ExportsOptions) {
    this.#options = options;
  }

  async of(scope: Scope): Promise<AvailabilityExport[]> {
    const now = this.#options.now();
    if (!this.#computed || hasPassed(FRESH_MS, this.#computed.at, now)) {
      const items = this.#compute(now);
      this.#computed = { at: now, items };
      // What failed is not kept for the next scrape.
      items.catch(() => {
        this.#computed = null;
      });
    }
    const items = await this.#computed.items;
    return items.filter(({ clientId }) => inScope(scope, clientId)).map(({ shown }) => shown);
  }

  async #compute(now: number): Promise<readonly Exported[]> {
    const { fleet, book, agreements, services } = this.#options;
    const month = new Measuring(book, agreements, { name: 'this_month' }, now);
    const rolling = new Measuring(book, agreements, { name: 'rolling_30d' }, now);
    const exported: Exported[] = [];
    const byClient = new Map<string, { month: Measurement; rolling: Measurement }[]>();
    let count = 0;
    for (const entry of [...book.entries()].filter(({ retiredAt }) => retiredAt === null)) {
      const measured = { month: month.device(entry).always, rolling: rolling.device(entry).always };
      exported.push({ clientId: entry.record.info.client_id, shown: exportOf(this.#labels(entry), measured) });
      if (isExpected(entry, agreements)) {
        const { client_id } = entry.record.info;
        const known = byClient.get(client_id);
        if (known) known.push(measured);
        else byClient.set(client_id, [measured]);
      }
      count += 1;
      if (count % BREATHE_AFTER === 0) await breathe();
    }
    for (const [clientId, members] of byClient) {
      const sums = {
        month: sumMeasurements(members.map((member) => member.month)),
        rolling: sumMeasurements(members.map((member) => member.rolling)),
      };
      const labels = { subject: 'client', client: fleet.clients.get(clientId)?.slug ?? '' };
      exported.push({ clientId, shown: exportOf(labels, sums) });
    }
    for (const { service, month: ofMonth, rolling: ofDays } of services.all()) {
      const { clientId, name } = service;
      const labels = { subject: 'service', client: fleet.clients.get(clientId)?.slug ?? '', service: name };
      exported.push({ clientId, shown: exportOf(labels, { month: ofMonth.always, rolling: ofDays.always }) });
    }
    return exported;
  }

  #labels({ record: { info } }: BookEntry): Readonly<Record<string, string>> {
    const { fleet } = this.#options;
    const client = fleet.clients.get(info.client_id)?.slug ?? '';
    const site = fleet.sites.get(info.site_id)?.slug ?? '';
    return { subject: 'device', client, site, device: info.slug };
  }
}

interface Exported {
  readonly clientId: string;
  readonly shown: AvailabilityExport;
}

function exportOf(
  labels: Readonly<Record<string, string>>,
  { month, rolling }: { month: Measurement; rolling: Measurement },
): AvailabilityExport {
  const [thisMonth, last30d] = [figure(month), figure(rolling)];
  return {
    labels,
    targetRatio: thisMonth.targetRatio,
    windows: [windowOf('30d', last30d), windowOf('this_month', thisMonth)],
  };
}

function windowOf(
  window: AvailabilityExport['windows'][number]['window'],
  { ratio, coverage, budgetMs, budgetLeftMs }: Figure,
): AvailabilityExport['windows'][number] {
  return { window, ratio, coverage, budgetMs, budgetLeftMs };
}
