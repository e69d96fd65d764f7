import type { Retention } from '../calls.ts';
import type { Damage } from './damage.ts';
import type { Database } from './database.ts';
import type { Directory } from './directory.ts';
import type { JournalTable } from './journal-table.ts';
import type { Lanes } from './lanes.ts';
import type { RawTable } from './raw-table.ts';
import type { RollUpTable } from './rollup-table.ts';
import type { Stale } from './stale.ts';
import type { Tally } from './tally.ts';

/** What the works of the engine share. */
export interface Parts {
  readonly db: Database;
  readonly directory: Directory;
  readonly journal: JournalTable;
  readonly lanes: Lanes;
  readonly raw: RawTable;
  readonly fiveMinute: RollUpTable;
  readonly hour: RollUpTable;
  readonly stale: Stale;
  readonly damage: Damage;
  readonly tally: Tally;
  readonly retention: Retention;
  /** The newest time that the main thread told, ms. */
  now(): number;
  /** The newest time by which history is past its time, ms. Null: none is. */
  expiryNow(): number | null;
}
