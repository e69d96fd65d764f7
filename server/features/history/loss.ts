import type { LossKind } from '../../../protocol/api/view.ts';
import { isolated } from '../../../protocol/bidi.ts';
import type { Loss } from '../../fleet/device-record.ts';

/** The same hours of the same machine, lost in the same way. */
export function lossKey({ kind, deviceId, fromMs, toMs }: Loss): string {
  return JSON.stringify([kind, deviceId, fromMs, toMs]);
}

/** Hours that a sentence names. */
const NAMED = 3;

const causes: Readonly<Record<LossKind, string>> = {
  missing: 'History is gone, as series.db was not there when the server started',
  older: 'History is gone, as series.db was older than what the server had acknowledged',
  set_aside: 'History cannot be read any more, as series.db had a format that is no longer read and was set aside',
  damaged: 'Stored history was damaged and set aside',
};
const advice: Readonly<Record<LossKind, string>> = {
  missing: 'Put the file back where it was moved, with the server stopped, or restore a backup',
  older: 'A backup may still hold these hours',
  set_aside: 'The file that was set aside still holds these hours',
  damaged: 'Check the disk of the server; a backup may still hold these hours',
};

/**
 * Which hours of whom are gone, and why: a sentence for each kind.
 * @param losses the newest found first
 * @param nameOf the name of a device, or undefined if there is none any more
 */
export function describeLosses(losses: readonly Loss[], nameOf: (deviceId: string) => string | undefined): string {
  const sentences = [...Map.groupBy(losses, ({ kind }) => kind)].map(([kind, of]) => {
    const named = of.slice(0, NAMED).map((loss) => describe(loss, nameOf));
    const more = of.length > NAMED ? `; and ${of.length - NAMED} more` : '';
    return `${causes[kind]}: ${named.join('; ')}${more}. ${advice[kind]}.`;
  });
  return `${sentences.join(' ')} Availability, incidents and contracts are kept elsewhere and lose nothing by it.`;
}

function describe({ deviceId, fromMs, toMs }: Loss, nameOf: (deviceId: string) => string | undefined): string {
  const who = deviceId === null ? 'some devices' : isolated(nameOf(deviceId) ?? 'a removed device');
  if (fromMs === null) return `${who}, at an unknown time`;
  return toMs === null ? `${who} from ${utc(fromMs)}` : `${who} from ${utc(fromMs)} to ${utc(toMs)}`;
}

function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
