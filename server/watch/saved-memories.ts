import { ChangeSet } from '../core/incidents/change-set.ts';
import { memorySaved } from '../fleet/device-memory.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Clock } from '../platform/clock.ts';
import type { Store } from '../platform/store/store.ts';
import type { Lane } from './lane.ts';
import type { Turns } from './turns.ts';

export const CURSOR_SETTING = 'journal.cursor';
export const ALIVE_SETTING = 'server.aliveAt';
const CHUNK = 200;

export interface SavedMemoriesOptions {
  readonly lane: Lane;
  readonly turns: Pick<Turns, 'position'>;
  readonly store: Store;
  readonly fleet: Fleet;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Saves every memory that changed, then the position from which a start must replay. Returns that position. Reports are taken
 * between two parts of the fleet: each memory is saved with the position that it includes, so those saved later are ahead of
 * the one returned, and a replay skips what they know.
 */
export async function saveMemories({ lane, turns, store, fleet, clock }: SavedMemoriesOptions): Promise<number> {
  const { position, dirty } = await lane.run(async () => ({
    position: turns.position,
    dirty: [...fleet.devices.values()].filter((record) => record.isDirty),
  }));
  for (let start = 0; start < dirty.length; start += CHUNK) {
    const chunk = dirty.slice(start, start + CHUNK);
    await lane.run(async () => {
      const changes = new ChangeSet();
      for (const record of chunk) changes.edge(record);
      await store.commit(changes.statements(store, turns.position, clock.now()));
      for (const record of chunk) memorySaved(record);
    });
  }
  await lane.run(() =>
    store.commit([
      store.settings.setStatement(CURSOR_SETTING, position),
      store.settings.setStatement(ALIVE_SETTING, clock.now()),
    ]),
  );
  return position;
}
