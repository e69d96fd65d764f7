import t from 'tap';
import { hasPassed } from '../../../server/domain/has-passed.ts';

const passed = (what: string, forMs: number, at: number, now: number, expected: boolean): void => {
  t.test(what, async (t) => t.equal(hasPassed(forMs, at, now), expected));
};

passed('not yet', 60, 1_000, 1_059, false);
passed('just now', 60, 1_000, 1_060, true);
passed('this very instant', 60, 1_000, 1_000, false);
passed('noted by a clock that has been set back since', 60, 1_001, 1_000, true);
passed('never done', 60, Number.NEGATIVE_INFINITY, 0, true);
