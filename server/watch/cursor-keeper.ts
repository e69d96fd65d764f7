import { type CreatedBackup, createBackup } from '../platform/backup/create-backup.ts';
import type { SeriesStore } from '../platform/series/series-store.ts';
import type { Watch } from './watch.ts';

export interface CursorKeeperOptions {
  readonly series: Pick<SeriesStore, 'release' | 'backup'>;
  readonly watch: Pick<Watch, 'snapshot'>;
  readonly dataDir: string;
  readonly version: string;
  readonly now: () => number;
}

/** Keeps the journal from being forgotten before the state that was made of it is safe: here, and in every backup. */
export class CursorKeeper {
  readonly #options: CursorKeeperOptions;
  #backups = 0;

  constructor(options: CursorKeeperOptions) {
    this.#options = options;
  }

  /** Writes the memory of devices down; the journal before it may go. @throws VigiaError unavailable */
  async save(): Promise<void> {
    const position = await this.#options.watch.snapshot();
    // A copy of the state that is being made may be older: its series must still hold what follows.
    if (this.#backups === 0) this.#options.series.release(position);
  }

  /** Copies the data folder into a new file. @throws VigiaError conflict if it exists, unavailable */
  async backup(file: string): Promise<CreatedBackup> {
    const { series, dataDir, version, now } = this.#options;
    this.#backups += 1;
    try {
      return await createBackup({ dataDir, file, version, now: now(), copySeries: (to) => series.backup(to) });
    } finally {
      this.#backups -= 1;
    }
  }
}
