import { randomUUID } from 'node:crypto';
import type { MaintenanceInput, MaintenanceOccurrence, MaintenanceWindow } from '../../../protocol/api/maintenance.ts';
import { isolated } from '../../../protocol/bidi.ts';
import { VigiaError } from '../../../protocol/error.ts';
import type { Act } from '../../core/incidents/act.ts';
import type { Actor } from '../../domain/actor.ts';
import { inScope, ofClients, type Scope } from '../../domain/scope.ts';
import { checkMaintenance, nextOccurrence, type Span } from '../../domain/sla/maintenance.ts';
import { judgeWindow, standingSpans, type WindowVersion } from '../../domain/sla/notice.ts';
import { ALMOST_ALWAYS, coversTarget, silentShare } from '../../domain/sla/silence.ts';
import type { Store } from '../../platform/store/store.ts';
import type { MaintenanceBook } from './maintenance-book.ts';
import { latestInput, type PlannedWindow } from './planned-window.ts';
import type { MaintenancePort } from './port.ts';

export interface MaintenancePortOptions {
  readonly store: Store;
  readonly book: MaintenanceBook;
  readonly now: () => number;
  readonly act: Act;
}

const DAY_MS = 86_400_000;
const MAX_WINDOWS = 500;
const MAX_EDITS = 200;
const MAX_OCCURRENCES = 1_000;
const PREVIEWED = 10;

/** Planned work as people make, change and see it. */
export function createMaintenancePort({ store, book, now, act }: MaintenancePortOptions): MaintenancePort {
  function find(scope: Scope, id: string): PlannedWindow {
    const window = book.get(id);
    if (window && inScope(scope, window.clientId)) return window;
    throw new VigiaError('not_found', 'There is no such maintenance window.');
  }

  function changeable(scope: Scope, id: string, at: number): PlannedWindow {
    const window = find(scope, id);
    if (window.cancelledAt !== null) throw new VigiaError('conflict', 'The window was cancelled. Make a new one.');
    const input = latestInput(window);
    const goesOn = book.spansOf(window, at, at + 1).length > 0 || nextOccurrence(input, at) !== null;
    if (!goesOn) throw new VigiaError('conflict', 'The window is over: what is past stays as it was. Make a new one.');
    return window;
  }

  /** @throws VigiaError not_found, validation_failed */
  async function check(scope: Scope, input: MaintenanceInput, at: number): Promise<string[]> {
    const { clients, sites, devices } = store.scoped(scope);
    const { clientId, target } = input;
    if ((await clients.get(clientId)) === null) throw new VigiaError('not_found', 'There is no such client.');
    const warnings = checkMaintenance(input, at);
    if (target.kind === 'site' && (await sites.get(target.id ?? ''))?.client_id !== clientId) {
      throw new VigiaError('not_found', 'There is no such site of this client.');
    }
    if (target.kind === 'device' && (await devices.get(target.id ?? ''))?.client_id !== clientId) {
      throw new VigiaError('not_found', 'There is no such device of this client.');
    }
    if (target.kind === 'tag') {
      const own = (await devices.all()).filter((device) => device.client_id === clientId);
      const isKnown = own.some((device) => (JSON.parse(device.tags_json) as string[]).includes(target.id ?? ''));
      if (!isKnown)
        warnings.push(
          `No device of this client has the tag "${isolated(target.id ?? '')}": the window covers nothing yet.`,
        );
    }
    return warnings;
  }

  function judged(window: PlannedWindow, span: Span): MaintenanceOccurrence {
    const verdict = judgeWindow(window.versions, span, (start) => book.noticeMs(window.clientId, start));
    return { windowId: window.id, from: iso(span.start), to: iso(span.end), ...verdict };
  }

  function lateNotice(window: PlannedWindow, at: number): string[] {
    const first = comingSpans(window, at, 1)[0];
    const occurrence = first && judged(window, first);
    return occurrence && !occurrence.excludes ? [`The next window: ${occurrence.reason}`] : [];
  }

  function comingSpans(window: PlannedWindow, at: number, count: number): Span[] {
    const found = book.spansOf(window, at, at + 1);
    for (let after = found[0]?.end ?? at; found.length < count; ) {
      const next = nextOccurrence(latestInput(window), after - 1);
      if (!next || next.start >= (window.versions.at(-1)?.until ?? 0)) break;
      found.push(next);
      after = next.start + 1;
    }
    return found;
  }

  function view(window: PlannedWindow, warnings: readonly string[] = []): MaintenanceWindow {
    const at = now();
    const running = book.spansOf(window, at, at + 1)[0];
    const next = window.cancelledAt === null ? nextOccurrence(latestInput(window), at) : null;
    return {
      ...latestInput(window),
      id: window.id,
      createdAt: iso(window.createdAt),
      createdBy: window.createdBy,
      cancelledAt: window.cancelledAt === null ? null : iso(window.cancelledAt),
      running: running ? judged(window, running) : null,
      next: next && judged(window, next),
      edits: window.versions.slice(0, -1).map(({ input, until }, index) => ({
        at: iso(until),
        by: window.versions[index + 1]?.by ?? window.createdBy,
        afterStart: hadBegun(window, index),
        before: input,
      })),
      warnings: [...warnings, ...(window.cancelledAt === null ? lateNotice(window, at) : [])],
    };
  }

  function occurrencesBetween(scope: Scope, fromMs: number, toMs: number, clientId?: string) {
    const found = book
      .list(scope, clientId)
      .flatMap((window) => book.spansOf(window, fromMs, toMs).map((span) => ({ window, span })));
    if (found.length > MAX_OCCURRENCES) {
      throw new VigiaError('range_too_large', `More than ${MAX_OCCURRENCES} windows fall into that time. Narrow it.`);
    }
    return found
      .toSorted((a, b) => a.span.start - b.span.start)
      .map(({ window, span }) => ({
        ...judged(window, span),
        title: latestInput(window).title,
        clientId: window.clientId,
      }));
  }

  /** All other plans that repeat and cover what this one covers. */
  function othersOver(input: MaintenanceInput, changed: string | undefined): MaintenanceInput[] {
    return book
      .list(ofClients(input.clientId), input.clientId)
      .filter(({ id, cancelledAt }) => id !== changed && cancelledAt === null)
      .map(latestInput)
      .filter((other) => other.rrule !== null && coversTarget(other, input));
  }

  const shares = new Map<string, { readonly version: number; readonly day: number; readonly share: number }>();

  /** Of a window that stands; reckoned anew each day, and when somebody changes one. */
  function shareOf(id: string): number {
    const window = book.get(id);
    if (!window || latestInput(window).rrule === null) return 0;
    const [at, { version }] = [now(), book];
    const day = Math.floor(at / DAY_MS);
    const known = shares.get(id);
    if (known?.version === version && known.day === day) return known.share;
    const input = latestInput(window);
    const share = silentShare([input, ...othersOver(input, id)], firstOf(input, at));
    shares.set(id, { version, day, share });
    return share;
  }

  return {
    list: (scope, clientId) =>
      book
        .list(scope, clientId)
        .reverse()
        .map((window) => view(window)),
    occurrences: occurrencesBetween,
    upcoming(scope) {
      const coming = occurrencesBetween(scope, now(), now() + DAY_MS);
      const shares = new Map([...new Set(coming.map(({ windowId }) => windowId))].map((id) => [id, shareOf(id)]));
      return coming.map((one) => ({ ...one, isAlmostAlways: (shares.get(one.windowId) ?? 0) >= ALMOST_ALWAYS }));
    },

    silentShare(input, changed) {
      const at = now();
      checkMaintenance(input, at);
      return input.rrule === null ? 0 : silentShare([input, ...othersOver(input, changed)], firstOf(input, at));
    },

    async preview(scope, input) {
      const at = now();
      const warnings = await check(scope, input, at);
      const window = newWindow(input, at, '');
      const occurrences = comingSpans(window, at, PREVIEWED).map((span) => judged(window, span));
      return { occurrences, warnings: [...warnings, ...lateNotice(window, at)] };
    },

    async create(scope, input, actor) {
      const warnings = await check(scope, input, now());
      const made = await act(actor, 'maintenance.create', scope, (changes, at) => {
        const standing = book.list(scope, input.clientId).filter(({ cancelledAt }) => cancelledAt === null);
        if (standing.length >= MAX_WINDOWS) {
          throw new VigiaError(
            'conflict',
            `The client has ${MAX_WINDOWS} windows already. Cancel those that are over.`,
          );
        }
        const window = newWindow(input, at, actor.name);
        const { id, clientId, createdAt, createdBy, cancelledAt } = window;
        changes.record(id, { ...input });
        changes.add(
          store.scoped(scope).maintenance.insertStatement({
            id,
            client_id: clientId,
            document_json: JSON.stringify(input),
            created_at: createdAt,
            created_by: createdBy,
            cancelled_at: cancelledAt,
          }),
        );
        changes.afterwards(() => book.put(window));
        return window;
      });
      return view(made, warnings);
    },

    async update(scope, id, input, actor) {
      if (changeable(scope, id, now()).clientId !== input.clientId) {
        throw new VigiaError(
          'validation_failed',
          'A window stays with its client. Cancel it and make one for the other.',
        );
      }
      const warnings = await check(scope, input, now());
      const changed = await act(actor, 'maintenance.change', scope, (changes, at) => {
        const window = changeable(scope, id, at);
        if (window.versions.length > MAX_EDITS) {
          throw new VigiaError('conflict', `The window was changed ${MAX_EDITS} times. Cancel it and make a new one.`);
        }
        const after = edited(window, input, at, actor);
        const before = latestInput(window);
        const { clientId } = window;
        const edit = { windowId: id, clientId, atMs: at, by: actor.name, before, after: input };
        changes.record(id, { before, after: input, afterStart: hadBegun(after, after.versions.length - 2) });
        changes.add(...store.scoped(scope).maintenance.editStatements(edit));
        changes.afterwards(() => book.put(after));
        return after;
      });
      return view(changed, warnings);
    },

    async cancel(scope, id, actor) {
      const cancelled = await act(actor, 'maintenance.cancel', scope, (changes, at) => {
        changes.record(id);
        const window = changeable(scope, id, at);
        changes.add(store.scoped(scope).maintenance.cancelStatement({ id, client_id: window.clientId }, at));
        const after = { ...window, cancelledAt: at, versions: endedAt(window.versions, at) };
        changes.afterwards(() => book.put(after));
        return after;
      });
      return view(cancelled);
    },
  };
}

/** From when on a plan silences: at once, or from its first window on. */
function firstOf(input: MaintenanceInput, at: number): number {
  return Math.max(at, nextOccurrence(input, at)?.start ?? at);
}

/** True if the document at this place had a window that began by the time it was changed, or one before it had. */
function hadBegun({ versions, createdAt }: PlannedWindow, index: number): boolean {
  const changed = versions[index];
  if (!changed) return false;
  // An edit at the very start comes after it.
  const upTo = changed.until + 1;
  return standingSpans([...versions.slice(0, index), { ...changed, until: upTo }], createdAt, upTo).length > 0;
}

function newWindow(input: MaintenanceInput, at: number, by: string): PlannedWindow {
  return {
    id: randomUUID(),
    clientId: input.clientId,
    createdAt: at,
    createdBy: by,
    cancelledAt: null,
    versions: [{ since: at, until: Number.POSITIVE_INFINITY, by, input }],
  };
}

function edited(window: PlannedWindow, input: MaintenanceInput, at: number, { name }: Actor): PlannedWindow {
  const version: WindowVersion = { since: at, until: Number.POSITIVE_INFINITY, by: name, input };
  return { ...window, versions: [...endedAt(window.versions, at), version] };
}

function endedAt(versions: readonly WindowVersion[], at: number): WindowVersion[] {
  return versions.map((version, index) => (index === versions.length - 1 ? { ...version, until: at } : version));
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
