import type { MaintenanceOccurrence } from '../../protocol/api/maintenance.ts';
import { VigiaError } from '../../protocol/error.ts';
import { readConfig } from '../app/config/config.ts';
import { parseDurationMs } from '../app/config/duration.ts';
import { withAdministration } from './administration.ts';
import { type Command, optional, required } from './command.ts';
import { table } from './output.ts';

const MINUTE_MS = 60_000;

/** Planned work: silent, and excluded from availability if it was declared in time. */
export const maintenanceCommands: readonly Command[] = [
  {
    name: 'maintenance create',
    usage:
      '--client NAME --title TEXT --start 2026-03-08T02:00 --for 2h [--zone ZONE] [--repeat RRULE] [--site NAME | --device NAME | --tag TAG]',
    summary: 'plan work on a client, or on one of its sites, devices or tags',
    options: {
      client: { type: 'string' },
      title: { type: 'string' },
      start: { type: 'string' },
      for: { type: 'string' },
      zone: { type: 'string' },
      repeat: { type: 'string' },
      site: { type: 'string' },
      device: { type: 'string' },
      tag: { type: 'string' },
    },
    async run({ options, output }) {
      const [siteName, deviceName, tag] = ['site', 'device', 'tag'].map((name) => optional(options, name));
      if ([siteName, deviceName, tag].filter((given) => given != null).length > 1) {
        throw new VigiaError('usage', 'A window covers one thing: give --site, --device or --tag, or none of them.');
      }
      const input = {
        clientName: required(options, 'client'),
        title: required(options, 'title'),
        startsAt: readStart(required(options, 'start')),
        durationMinutes: readMinutes(required(options, 'for')),
        timeZone: optional(options, 'zone') ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
        rrule: optional(options, 'repeat'),
        siteName: siteName ?? null,
        deviceName: deviceName ?? null,
        tag: tag ?? null,
      };
      const made = await withAdministration(readConfig(), (perform) => perform('maintenance.create', input));
      output.result(made, made.id);
      const first = made.running ?? made.next;
      if (first !== null) output.say(`The next window is ${fromTo(first)}. ${first.reason}`);
      for (const warning of made.warnings) output.say(`Look at this: ${warning}`);
    },
  },
  {
    name: 'maintenance list',
    usage: '[--client NAME]',
    summary: 'list the windows that run or are to come',
    options: { client: { type: 'string' } },
    async run({ options, output }) {
      const input = { clientName: optional(options, 'client') };
      const items = await withAdministration(readConfig(), (perform) => perform('maintenance.list', input));
      const rows = items.map(({ id, title, target, running, next }) => [
        id,
        title,
        target.id === null ? target.kind : `${target.kind} ${target.id}`,
        running ? `runs until ${running.to}` : next ? fromTo(next) : '',
        (running ?? next)?.excludes ? 'excludes' : 'silences',
      ]);
      output.result({ items, next: null }, table(['ID', 'TITLE', 'COVERS', 'NEXT', 'EFFECT'], rows));
    },
  },
  {
    name: 'maintenance cancel',
    usage: 'ID',
    summary: 'end a window now, or before it starts; what is past stays',
    options: {},
    positionals: 1,
    async run({ positionals: [id = ''], output }) {
      const cancelled = await withAdministration(readConfig(), (perform) => perform('maintenance.cancel', { id }));
      output.result(cancelled, `Cancelled ${cancelled.id}.`);
    },
  },
];

function fromTo({ from, to }: MaintenanceOccurrence): string {
  return `${from} to ${to}`;
}

function readStart(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text)) return text;
  throw new VigiaError('usage', `--start is a local time such as 2026-03-08T02:00, not "${text}".`);
}

function readMinutes(text: string): number {
  const minutes = (parseDurationMs(text) ?? 0) / MINUTE_MS;
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= 20_160) return minutes;
  throw new VigiaError('usage', `--for is a time in whole minutes up to 14d, such as 90m or 2h, not "${text}".`);
}
