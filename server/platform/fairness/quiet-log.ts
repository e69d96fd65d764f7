/** Writes a line, such as a method of the logger. */
export type WriteLine = (fields: object, message: string) => void;

const PERIOD_MS = 60_000;

/** For what strangers can cause as often as they like: one line a minute, the first at once, with a count of the others. */
export class QuietLog {
  readonly #write: WriteLine;
  readonly #periodMs: number;
  #last: { fields: object; message: string } | null = null;
  #count = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(write: WriteLine, periodMs = PERIOD_MS) {
    this.#write = write;
    this.#periodMs = periodMs;
  }

  note(fields: object, message: string): void {
    if (this.#timer === null) {
      this.#write(fields, message);
      this.#timer = setTimeout(() => this.#tell(), this.#periodMs).unref();
      return;
    }
    this.#last = { fields, message };
    this.#count += 1;
  }

  /** Writes what is not told yet. */
  close(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#flush();
  }

  #tell(): void {
    this.#timer = this.#count > 0 ? setTimeout(() => this.#tell(), this.#periodMs).unref() : null;
    this.#flush();
  }

  #flush(): void {
    if (this.#last) this.#write({ ...this.#last.fields, count: this.#count }, `${this.#last.message} (and alike)`);
    this.#last = null;
    this.#count = 0;
  }
}
