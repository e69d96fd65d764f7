import { device } from './device.ts';
import { fleet } from './fleet.ts';
import { build } from './kit.ts';
import { sla } from './sla.ts';
import { vigia } from './vigia.ts';

/** Every dashboard, as the file that Grafana imports, by its name. */
export const files: ReadonlyMap<string, string> = new Map(
  [fleet, device, sla, vigia].map((board) => [`${board.uid}.json`, `${JSON.stringify(build(board), null, 2)}\n`]),
);
