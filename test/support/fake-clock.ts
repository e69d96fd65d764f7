import type { Clock } from '../../server/platform/clock.ts';

/** A server clock that stands until the test moves it. */
export class FakeClock implements Clock {
  ms: number;

  constructor(ms = Date.UTC(2026, 2, 1)) {
    this.ms = ms;
  }

  now(): number {
    return this.ms;
  }

  driftMs(): number {
    return 0;
  }
}
