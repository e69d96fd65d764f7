import type { Logger } from 'pino';
import type { Health } from './fleet/health.ts';
import type { DamagedPart } from './series/series-store.ts';

export interface SeriesDamageOptions {
  readonly health: Health;
  readonly logger: Logger;
  readonly now: () => number;
  /** The name of a device, or undefined if there is none any more. */
  readonly nameOf: (deviceId: string) => string | undefined;
}

/** The warning stands for a week after the last part was found. */
const STANDS_MS = 7 * 86_400_000;
/** Parts that the warning names. */
const NAMED = 3;
const TOPIC = 'series.damage';

/** Says which hours of whom were found damaged and set aside: in the log each, in a warning together. */
export class SeriesDamage {
  readonly #options: SeriesDamageOptions;
  readonly #recent: DamagedPart[] = [];
  #count = 0;

  constructor(options: SeriesDamageOptions) {
    this.#options = options;
  }

  take(part: DamagedPart): void {
    const { health, logger, now } = this.#options;
    if (now() - part.foundAt > STANDS_MS) return;
    this.#count += 1;
    this.#recent.unshift(part);
    this.#recent.length = Math.min(this.#recent.length, NAMED);
    logger.error({ part }, 'a part of the stored history does not match its checksum and was set aside');
    const parts = this.#recent.map((recent) => this.#describe(recent)).join('; ');
    const more = this.#count > NAMED ? `; and ${this.#count - NAMED} more` : '';
    health.set(
      TOPIC,
      `Stored history was damaged and set aside: ${parts}${more}. Everything else goes on. Check the disk of the server; ` +
        'a backup may still hold these hours.',
    );
  }

  /** Ends the warning when its time is over. @returns how many parts stand in it, for the log */
  settle(): { parts: number } {
    const newest = this.#recent[0];
    if (newest && this.#options.now() - newest.foundAt > STANDS_MS) {
      this.#recent.length = 0;
      this.#count = 0;
      this.#options.health.set(TOPIC, null);
    }
    return { parts: this.#count };
  }

  #describe({ deviceId, fromMs, toMs }: DamagedPart): string {
    const who = deviceId === null ? 'some devices' : (this.#options.nameOf(deviceId) ?? 'a removed device');
    if (fromMs === null) return `${who}, at an unknown time`;
    return toMs === null ? `${who} from ${utc(fromMs)}` : `${who} from ${utc(fromMs)} to ${utc(toMs)}`;
  }
}

function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
