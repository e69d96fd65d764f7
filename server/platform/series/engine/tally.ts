import type { StatementSync } from 'node:sqlite';
import type { Resolution } from '../series-store.ts';
import type { Database } from './database.ts';

interface Count {
  bytes: number;
  blocks: number;
  samples: number;
}

/** How much is held at each resolution, counted as it changes, so that nobody has to add it up. */
export class Tally {
  readonly #change: StatementSync;
  readonly #held: Record<Resolution, Count>;

  constructor(db: Database) {
    this.#change = db.sql.prepare(
      'UPDATE tally SET bytes = bytes + ?, blocks = blocks + ?, samples = samples + ? WHERE resolution = ?',
    );
    const none = (): Count => ({ bytes: 0, blocks: 0, samples: 0 });
    this.#held = { raw: none(), fiveMinute: none(), hour: none() };
    for (const row of db.sql.prepare('SELECT * FROM tally').all()) {
      Object.assign(this.#held[row.resolution as Resolution], {
        bytes: row.bytes,
        blocks: row.blocks,
        samples: row.samples,
      });
    }
  }

  held(resolution: Resolution): Readonly<Count> {
    return this.#held[resolution];
  }

  /** Inside a transaction. To be followed by {@link changed} once that is committed. */
  write(resolution: Resolution, { bytes, blocks, samples }: Readonly<Count>): void {
    if (bytes !== 0 || blocks !== 0 || samples !== 0) this.#change.run(bytes, blocks, samples, resolution);
  }

  changed(resolution: Resolution, { bytes, blocks, samples }: Readonly<Count>): void {
    const held = this.#held[resolution];
    held.bytes += bytes;
    held.blocks += blocks;
    held.samples += samples;
  }
}
