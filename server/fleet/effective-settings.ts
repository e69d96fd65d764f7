import type { SetBack } from '../domain/moved-back.ts';
import type { DetectionSettings } from '../domain/settings.ts';
import type { DeviceRecord } from './device-record.ts';

/** By which settings is judged what happens at an instant (ms): those of that moment, also when it is judged later. */
export interface EffectiveSettings {
  /** What holds where nobody has said otherwise, and for what is about the server itself. */
  readonly builtIn: DetectionSettings;
  /** Of a device. The same object for the same values, so that what is derived from it may be kept by it. */
  ofDevice(device: Pick<DeviceRecord, 'info' | 'placements'>, at: number): DetectionSettings;
  /** Of what is about a site as a whole. */
  ofSite(site: { readonly id: string; readonly client_id: string }, at: number): DetectionSettings;
  /** Does what the database does to what a clock that was ahead has stamped. @param now after the step, ms */
  redate(now: number, step: SetBack): void;
}

/** The same everywhere and always. */
export function everywhere(settings: DetectionSettings): EffectiveSettings {
  return { builtIn: settings, ofDevice: () => settings, ofSite: () => settings, redate: () => undefined };
}
