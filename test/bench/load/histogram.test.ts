import t from 'tap';
import { Histogram } from '../../../bench/load/histogram.ts';

const histogram = new Histogram();
t.equal(histogram.percentile(0.5), null, 'nothing was added');
for (let durationMs = 1; durationMs <= 100; durationMs += 1) histogram.add(durationMs);
t.equal(histogram.percentile(0.5), 50);
t.equal(histogram.percentile(0.99), 99);
t.equal(histogram.percentile(1), 100);
histogram.clear();
histogram.add(1e9);
t.equal(histogram.percentile(0.99), 60_000, 'a minute stands for all that is longer');
