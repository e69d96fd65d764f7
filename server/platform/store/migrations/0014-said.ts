import type { DatabaseSync } from 'node:sqlite';
import { isolated } from '../../../../protocol/bidi.ts';
import { type Said, said, typed } from '../../../../protocol/said/said.ts';

/**
 * Incidents and their histories hold what is said of them as facts, no longer as English sentences. What an old sentence says whose
 * values the row itself knows is read; all others stay as they were written, as a text that nobody can take apart.
 */
export function sayIncidents(database: DatabaseSync): void {
  database.exec(`
    ALTER TABLE incident RENAME COLUMN sentence TO said_json;
    ALTER TABLE incident_event RENAME COLUMN text TO said_json;
  `);
  const objectOf = `coalesce((SELECT object FROM incident WHERE incident.id = incident_id), '')`;
  const read = (object: unknown, sentence: unknown) => JSON.stringify(saidOf(String(object), String(sentence)));
  const keep = (text: unknown) => JSON.stringify(text === '' ? said('nothing') : typed(String(text)));
  database.function('said_of', { deterministic: true }, read);
  database.function('typed', { deterministic: true }, keep);
  database.exec(`
    UPDATE incident SET said_json = said_of(object, said_json);
    UPDATE incident_event SET said_json = CASE WHEN by_user IS NULL THEN said_of(${objectOf}, said_json) ELSE typed(said_json) END;
    UPDATE incident SET flap_json = json_set(flap_json, '$.said', json(said_of(object, json_extract(flap_json, '$.said'))))
      WHERE json_type(flap_json, '$.said') = 'text';
    UPDATE presence_interval SET evidence_json = json_set(evidence_json, '$.blind.why', json(said_of('', json_extract(evidence_json, '$.blind.why'))))
      WHERE json_type(evidence_json, '$.blind.why') = 'text';
    UPDATE blindness SET evidence_json = json_set(evidence_json, '$.why', json(said_of('', json_extract(evidence_json, '$.why'))))
      WHERE json_type(evidence_json, '$.why') = 'text';
  `);
}

/** Sentences without values. */
const constant = new Map<string, Said>([
  ['', said('nothing')],
  ['Contact is back', said('contact.over', { how: 'back' })],
  ['The hours in which it is expected to run are over', said('contact.over', { how: 'hours_over' })],
  ['The CPU is no longer saturated', said('cpu.busy.over')],
  ['Enough memory is available again, or the machine no longer swaps', said('memory.exhausted.over')],
  ['No further unexpected restart for a day', said('reboot.unexpected.over')],
  ['The clock is right again', said('clock.skew.over')],
  ['The server sees again', said('server.blind.over')],
  ['The clocks of the server agree again', said('server.clock.over')],
  ['A day has passed since its machines restarted together', said('site.power.over')],
  ['A week has passed since hours of history were found missing', said('history.lost.over')],
  ['Nobody else has used this identity for an hour', said('identity.calm')],
  ['The service is up again', said('service.over', { how: 'up' })],
  ['The service was removed', said('service.over', { how: 'removed' })],
  ['Less than half of the error budget is spent', said('budget.spent.over')],
  ['The error budget is no longer being spent fast', said('budget.burns.over')],
  ['Explained by another incident: its site is out of contact', said('explained.site')],
  ['Explained by another incident: the machines of its site restarted together', said('explained.power')],
  ['Explained by another incident: the file system is short of space already', said('explained.disk')],
  ['Explained by the server itself being blind', said('explained.server')],
  ['What explained it is over, and it still stands', said('explained.over')],
  ['Another maintenance window goes on', said('maintenance.another')],
  ['Maintenance ended; it was resolved meanwhile', said('maintenance.resolved-meanwhile')],
  ['Maintenance ended; it is open as before', said('maintenance.as-before', { isWorse: false })],
  ['Maintenance ended; it is open as before, and worse', said('maintenance.as-before', { isWorse: true })],
  ['The incident above it was answered, and that answers this one', said('clock.answered-above')],
]);

/** What is said of a file system by its name alone. */
const ofMountpoint = new Map<string, (mountpoint: string) => Said>([
  ['has enough space again', (mountpoint) => said('disk.space.over', { mountpoint })],
  ['has enough inodes again', (mountpoint) => said('disk.inodes.over', { mountpoint })],
  ['can be written again', (mountpoint) => said('disk.read-only.over', { mountpoint })],
  ['answers again', (mountpoint) => said('disk.unreadable.over', { mountpoint })],
  ['is mounted again', (mountpoint) => said('disk.unmounted.over', { mountpoint, how: 'mounted' })],
  ['is no longer reported by the machine', (object) => said('not-reported', { object })],
]);

/** @param object what the incident is about, such as a mount point; in newer sentences its name is isolated */
function saidOf(object: string, sentence: string): Said {
  const known = constant.get(sentence);
  if (known) return known;
  for (const [end, make] of ofMountpoint) {
    if (sentence === `${object} ${end}` || sentence === `${isolated(object)} ${end}`) return make(object);
  }
  return typed(sentence);
}
