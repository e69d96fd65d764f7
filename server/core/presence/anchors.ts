import { knock } from '../../../protocol/check/knock.ts';

export interface Anchor {
  readonly host: string;
  readonly port: number;
}

const EVERY_MS = 10_000;
const DEADLINE_MS = 3_000;

/** Hosts outside that are always there: when none of them can be reached, it is the server's own link that is lost. */
export class Anchors {
  readonly #anchors: readonly Anchor[];
  readonly #knock: typeof knock;
  #timer: NodeJS.Timeout | null = null;
  #areUnreachable = false;

  constructor(anchors: readonly Anchor[], knockAt = knock) {
    this.#anchors = anchors;
    this.#knock = knockAt;
  }

  /** By the newest look; false while nobody looks. */
  get areUnreachable(): boolean {
    return this.#areUnreachable;
  }

  get names(): string {
    return this.#anchors.map(({ host, port }) => `${host}:${port}`).join(', ');
  }

  /** Looks every 10 s while `isWanted`, and not at all otherwise. */
  watch(isWanted: boolean): void {
    if (isWanted && this.#timer === null) {
      this.#timer = setInterval(() => void this.#look(), EVERY_MS);
      void this.#look();
    } else if (!isWanted) this.close();
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#areUnreachable = false;
  }

  async #look(): Promise<void> {
    const looked = this.#timer;
    const over = AbortSignal.timeout(DEADLINE_MS);
    const went = await Promise.all(this.#anchors.map(({ host, port }) => this.#knock(host, port, over)));
    // A look that ends after it was given up counts for nothing.
    if (this.#timer === looked) this.#areUnreachable = went.every((one) => one === 'silent');
  }
}
