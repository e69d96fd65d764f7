import { SentenceError } from '../../protocol/error.ts';
import type { SchemaFrame } from '../../protocol/wire/frame.ts';
import { type MetricDescriptor, properNames } from '../../protocol/wire/metric.ts';

const MAX_SCHEMA_ID = 0xffff;
/** Lists that come back, such as when a disk is mounted now and then, keep their number. */
const REMEMBERED = 8;

/** Numbers the lists of metrics of one run, and sees to it that no two metrics of a list have one name. */
export interface Schemas {
  /** @throws VigiaError `internal` when the run has no numbers left; the agent then starts a new run. */
  schemaOf(metrics: readonly MetricDescriptor[]): SchemaFrame;
}

export function createSchemas(): Schemas {
  let known: {
    readonly key: string;
    /** As it was handed in last. */
    readonly list: readonly MetricDescriptor[];
    readonly frame: SchemaFrame;
  }[] = [];
  let lastId = 0;
  return {
    schemaOf(metrics) {
      // The collector hands out the same list as long as it does not change.
      if (known[0]?.list === metrics) return known[0].frame;
      const key = JSON.stringify(metrics);
      let frame = known.find((one) => one.key === key)?.frame;
      if (frame === undefined) {
        lastId += 1;
        if (lastId > MAX_SCHEMA_ID)
          throw new SentenceError('internal', 'The list of metrics changed too often for one run.');
        frame = { type: 'schema', run: 0, schema: lastId, metrics: properNames(metrics) };
      }
      known = [{ key, list: metrics, frame }, ...known.filter((one) => one.key !== key)].slice(0, REMEMBERED);
      return frame;
    },
  };
}
