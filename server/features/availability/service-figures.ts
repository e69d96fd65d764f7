import type { ServiceSource } from '../../domain/sla/sources.ts';
import type { Agreements } from './agreements.ts';
import type { LedgerBook } from './ledger-book.ts';
import { type Measurements, Measuring, type ServiceEntry } from './measuring.ts';

export interface ServiceFigure {
  readonly service: ServiceEntry;
  readonly month: Measurements;
  readonly rolling: Measurements;
}

export interface ServiceFiguresOptions {
  readonly source: () => ServiceSource | null;
  readonly book: LedgerBook;
  readonly agreements: Agreements;
}

/** The figures of services as of the last minute: their ledgers are read from the store, which a judge must not wait for. */
export class ServiceFigures {
  readonly #options: ServiceFiguresOptions;
  #figures: readonly ServiceFigure[] = [];

  constructor(options: ServiceFiguresOptions) {
    this.#options = options;
  }

  all(): readonly ServiceFigure[] {
    return this.#figures;
  }

  ofClient(clientId: string): readonly ServiceFigure[] {
    return this.#figures.filter(({ service }) => service.clientId === clientId);
  }

  async refresh(now: number): Promise<void> {
    const { source, book, agreements } = this.#options;
    const services = source();
    if (!services) return;
    const month = new Measuring(book, agreements, { name: 'this_month' }, now);
    const rolling = new Measuring(book, agreements, { name: 'rolling_30d' }, now);
    const figures: ServiceFigure[] = [];
    for (const service of services.list()) {
      const from = Math.min(month.period(service.clientId).from, rolling.period(service.clientId).from);
      const ledger = await services.ledger(service.id, from, now);
      figures.push({ service, month: month.serviceOf(service, ledger), rolling: rolling.serviceOf(service, ledger) });
    }
    this.#figures = figures;
  }
}
