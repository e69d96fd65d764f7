import t from 'tap';
import { changingPeaks, ofShape } from '../../../support/disk-series.ts';
import { evaluateForecast } from '../../../support/forecast-evaluation.ts';
import { seeded } from '../../../support/simulated-machine.ts';

/** Many disks of the shapes that told a rhythm from a leak least well, nine days each. */

const DISKS = 20;
const seeds = Array.from({ length: DISKS }, (_, index) => 100 + index * 13);

const shapes: Readonly<Record<string, (seed: number) => (hours: number) => number>> = {
  'peaks between 50 % and 95 %': (seed) => changingPeaks(seed),
  'peaks up to 2 hours early or late': (seed) => changingPeaks(seed, { most: 0.9, late: 2 }),
  'two steps of any height, at any distance': (seed) => {
    const random = seeded(seed);
    const [first, apart, takes] = [50 + 40 * random(), 0.5 + 30 * random(), 0.1 + 0.3 * random()];
    const [one, two] = [0.05 + 0.15 * random(), 0.05 + 0.15 * random()];
    const step = (since: number): number => Math.min(1, Math.max(0, since / takes));
    return (hours) => 0.45 + one * step(hours - first) + two * step(hours - first - apart);
  },
};

for (const [name, make] of Object.entries(shapes)) {
  t.test(`${name}: nothing is told of ${DISKS} disks`, async (t) => {
    for (const seed of seeds) {
      const { raised } = evaluateForecast(ofShape(name, seed, { days: 9, used: make(seed) }));
      t.same(raised, [], `seed ${seed}`);
    }
  });
}
