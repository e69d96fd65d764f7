import type { NumberedDamage } from './calls.ts';
import { EmbeddedSeries } from './embedded-series.ts';
import { RowEncoder } from './rows/row-encoder.ts';
import { ownFailure } from './series-error.ts';
import { defaultRetention, type SeriesOptions } from './series-options.ts';
import { ThreadClient } from './thread-client.ts';

/** A series store that is being opened in its thread, while whoever asked for it does something else. */
export interface OpeningSeries {
  /**
   * @param positionsAfter as in the options, if it was not known yet
   * @throws SeriesError database_damaged, database_newer, unavailable
   */
  open(positionsAfter?: number): Promise<EmbeddedSeries>;
  /** Ends the thread. Whoever has opened the store closes that instead. */
  giveUp(): Promise<void>;
}

/** Begins to open the embedded series store, whose database lives in its own thread. */
export function beginSeries(options: SeriesOptions): OpeningSeries {
  let series: EmbeddedSeries | undefined;
  const early: NumberedDamage[] = [];
  const client = new ThreadClient(
    options.thread,
    { path: options.path, retention: { ...defaultRetention, ...options.retention }, now: options.now() },
    {
      onFatal: options.onFatal,
      onNote: (sentence) => options.onNote?.(sentence),
      onDamage: (damage) => {
        if (series) series.tellDamage(damage);
        else early.push(damage);
      },
    },
    options.failure ?? ownFailure,
  );
  return {
    async open(positionsAfter = options.positionsAfter ?? 0) {
      const known = await client.open(positionsAfter);
      series = new EmbeddedSeries(options, client, new RowEncoder(known), known.origin);
      for (const damage of early) series.tellDamage(damage);
      return series;
    },
    giveUp: () => client.close(),
  };
}

/** Opens the embedded series store. @throws SeriesError database_damaged, database_newer, unavailable */
export function openSeries(options: SeriesOptions): Promise<EmbeddedSeries> {
  return beginSeries(options).open();
}
