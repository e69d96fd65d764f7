import { type Static, Type } from 'typebox';
import { Nullable } from '../../document.ts';
import { MAX_LIVE_ROWS } from '../live-rows.ts';
import type { Service } from '../service.ts';
import type { Client, Site } from './catalogue.ts';
import type { Device, DeviceSummary } from './device.ts';
import type { Incident } from './incident.ts';
import type { ServerHealth } from './server.ts';

/** Documents that features bring, by the name under which they stand in `changes`; each has an `id`. */
export interface LiveTopics {
  services: Service;
}

type TopicChanges = { [Topic in keyof LiveTopics]?: LiveTopics[Topic][] };

/**
 * Messages of `/live`, as JSON text, coalesced to at most 4 a second. `changes` holds whole documents, to be put in the
 * place of those with the same id. `points` holds the newest values of the device that the page watches.
 */
export type LiveServerMessage =
  | ({
      type: 'changes';
      server?: ServerHealth;
      clients?: Client[];
      sites?: Site[];
      devices?: DeviceSummary[];
      incidents?: Incident[];
      removedDevices?: string[];
    } & TopicChanges)
  | { type: 'points'; deviceId: string; at: string; values: Record<string, number | null> }
  | { type: 'device'; device: Device };

/**
 * The one thing a page says: what it shows, all of it at every change. Of the device `deviceId` it gets `points`, and `device`
 * on change. Of the devices in `rows` it gets each new reading; of all others only what changes their state, unless it asks for
 * the `rest`: then their readings come too, a few at a time.
 */
export const LiveClientMessage = Type.Object({
  type: Type.Literal('watch'),
  deviceId: Nullable(Type.String()),
  rows: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: MAX_LIVE_ROWS })),
  rest: Type.Optional(Type.Boolean()),
});
export type LiveClientMessage = Static<typeof LiveClientMessage>;
