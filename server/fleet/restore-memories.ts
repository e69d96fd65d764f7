import type { Logger } from 'pino';
import { freshDetection } from '../domain/rules/detection.ts';
import { everyClient } from '../domain/scope.ts';
import type { Store } from '../platform/store/store.ts';
import { detectionRestored, memoryChanged, readDeviceMemory } from './device-memory.ts';
import type { DeviceRecord } from './device-record.ts';

/**
 * Brings what rules remember of devices back to what is stored, after the change that went with it was refused: what stands is
 * found again by the next report. What was delivered and when it was alive is true whatever was refused.
 */
export async function restoreMemories(
  { store, logger }: { readonly store: Store; readonly logger: Logger },
  records: Iterable<DeviceRecord>,
): Promise<void> {
  for (const record of records) {
    try {
      const saved = await store.scoped(everyClient).deviceStates.get(record.info.id);
      // What it found at the first report ever is not found again.
      const { firstReportAt } = record.memory.detection;
      const detection = saved ? readDeviceMemory(saved.state_json).detection : { ...freshDetection(), firstReportAt };
      detectionRestored(record.memory, detection);
      record.quiet.forget();
      memoryChanged(record);
    } catch (cause) {
      logger.error({ err: cause, device: record.info.id }, 'the stored memory of a device could not be read');
    }
  }
}
