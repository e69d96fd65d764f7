import { VigiaError } from '../protocol/error.ts';
import type { SchemaFrame } from '../protocol/frame.ts';
import type { MetricDescriptor } from '../protocol/metric.ts';

const MAX_SCHEMA_ID = 0xffff;
/** Lists that come back, such as when a disk is mounted now and then, keep their number. */
const REMEMBERED = 8;

/** Numbers the lists of metrics of one run. */
export interface Schemas {
  /** @throws VigiaError `internal` when the run has no numbers left; the agent then starts a new run. */
  schemaOf(metrics: readonly MetricDescriptor[]): SchemaFrame;
}

export function createSchemas(): Schemas {
  let known: { readonly key: string; readonly frame: SchemaFrame }[] = [];
  let lastId = 0;
  return {
    schemaOf(metrics) {
      // The collector hands out the same list as long as it does not change.
      if (known[0]?.frame.metrics === metrics) return known[0].frame;
      const key = JSON.stringify(metrics);
      let found = known.find((one) => one.key === key);
      if (found === undefined) {
        lastId += 1;
        if (lastId > MAX_SCHEMA_ID)
          throw new VigiaError('internal', 'The list of metrics changed too often for one run.');
        found = { key, frame: { type: 'schema', run: 0, schema: lastId, metrics } };
      }
      const current = { key, frame: { ...found.frame, metrics } };
      known = [current, ...known.filter((one) => one.key !== key)].slice(0, REMEMBERED);
      return current.frame;
    },
  };
}
