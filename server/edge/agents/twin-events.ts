import type { HelloFrame } from '../../../protocol/wire/frame.ts';
import { parseInventory } from '../../../protocol/wire/inventory.ts';
import type { MetricDescriptor } from '../../../protocol/wire/metric.ts';
import type { Twin } from '../../core/twins/twin.ts';
import { learnDating } from '../../domain/dating.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { AckTarget, OfferedReport } from '../../fleet/offered-report.ts';
import type { SessionEvents } from '../gateway/session.ts';

export interface TwinEventsOptions {
  readonly now: () => number;
  readonly keep: (twin: Twin, report: OfferedReport) => void;
  readonly intern: (metrics: readonly MetricDescriptor[]) => readonly MetricDescriptor[];
  readonly onReportsLost: (count: number) => void;
}

/**
 * What the frames of a machine cause that lives beside the one judged: they are no sign of life of the device, and nothing of it is
 * judged or shown as its.
 */
export function twinEvents(
  { record, twin, hello, from }: { record: DeviceRecord; twin: Twin; hello: HelloFrame; from: AckTarget },
  { now, keep, intern, onReportsLost }: TwinEventsOptions,
): SessionEvents {
  const learn = (bootId: string, clocks: HelloFrame['clocks']): void => {
    const dating = learnDating(twin.facts.dating, bootId, clocks, now());
    twin.facts = { ...twin.facts, dating };
    twin.isDirty = true;
  };
  learn(hello.bootId, hello.clocks);
  return {
    onHeard() {
      twin.facts = { ...twin.facts, lastAt: now() };
      twin.isDirty = true;
    },
    onClocks: learn,
    onSchema: intern,
    onReport(frame, { runId, bootId }, metrics) {
      if (!frame.backfill) learn(bootId, frame.clocks);
      keep(twin, { record, receivedAt: now(), frame, runId, bootId, metrics, from });
    },
    onGap: ({ from: first, to }) => onReportsLost(to - first + 1),
    onInventory(json) {
      const inventory = parseInventory(json);
      twin.inventoryJson = JSON.stringify(inventory);
      twin.facts = { ...twin.facts, hostname: inventory.hostname };
      twin.isDirty = true;
    },
    onProcesses: () => undefined,
    onGoodbye: () => undefined,
  };
}
