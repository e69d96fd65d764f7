import { Gauge, type Registry } from 'prom-client';

/** What is kept of series, by resolution (`raw`, `fiveMinute`, `hour`). */
export interface StorageReading {
  readonly fileBytes: number;
  readonly freeBytes: number;
  readonly journalBytes: number;
  readonly openBytes: number;
  readonly openReports: number;
  readonly rawSamples: number;
  readonly held: Readonly<
    Record<string, { readonly bytes: number; readonly blocks: number; readonly retentionMs: number }>
  >;
  readonly damaged: readonly unknown[];
}

/** A scrape reads all gauges within this time of one another. */
const ONE_SCRAPE_MS = 500;

/** Adds what is kept of series to some registries. It is read once a scrape. */
export function watchStorage(registers: Registry[], read: () => Promise<StorageReading>): void {
  let reading: Promise<StorageReading> | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  const current = (): Promise<StorageReading> => {
    if (reading === undefined || performance.now() - readAt > ONE_SCRAPE_MS) {
      readAt = performance.now();
      reading = read();
    }
    return reading;
  };
  const gauge = (name: string, help: string, value: (storage: StorageReading) => number): void => {
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(value(await current()));
      },
    });
  };
  type Held = StorageReading['held'][string];
  const byResolution = (name: string, help: string, value: (held: Held) => number): void => {
    new Gauge({
      name,
      help,
      labelNames: ['resolution'],
      registers,
      async collect() {
        for (const [resolution, held] of Object.entries((await current()).held))
          this.labels(resolution).set(value(held));
      },
    });
  };
  byResolution('vigia_storage_bytes', 'Bytes of history in blocks, by resolution.', ({ bytes }) => bytes);
  byResolution('vigia_storage_blocks', 'Blocks of history, by resolution.', ({ blocks }) => blocks);
  byResolution(
    'vigia_storage_retention_seconds',
    'How long history is kept, by resolution.',
    ({ retentionMs }) => retentionMs / 1000,
  );
  gauge('vigia_storage_samples', 'Values as reported that are held in blocks.', ({ rawSamples }) => rawSamples);
  gauge('vigia_storage_file_bytes', 'The database of history and its write-ahead log on disk.', (s) => s.fileBytes);
  gauge('vigia_storage_free_bytes', 'Pages in that file that wait to be used again.', ({ freeBytes }) => freeBytes);
  gauge('vigia_storage_journal_bytes', 'The journal of committed reports.', ({ journalBytes }) => journalBytes);
  gauge('vigia_storage_open_bytes', 'Reports in memory that no block holds yet, in bytes.', (s) => s.openBytes);
  gauge('vigia_storage_open_reports', 'Reports in memory that no block holds yet.', (s) => s.openReports);
  gauge('vigia_storage_damaged_parts', 'Parts of history that were set aside as damaged.', (s) => s.damaged.length);
}
