import { said } from '../../../protocol/said/said.ts';
import { hasPassed } from '../../domain/has-passed.ts';
import { type IncidentRecord, type IncidentStep, incidentKey, type Subject } from '../../domain/incidents/incident.ts';
import { restartsOf } from '../../domain/power-cut.ts';
import type { Verdict } from '../../domain/rules/detection.ts';
import {
  type Drop,
  type LineName,
  LONGEST_DROP_MS,
  lastWeek,
  sayDrops,
  UNSTEADY_DROPS,
  withDrop,
} from '../../domain/unsteady-line.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Store } from '../../platform/store/store.ts';
import type { ChangeSet } from '../incidents/change-set.ts';
import type { IncidentBook } from '../incidents/incident-book.ts';
import type { ClockSet } from '../incidents/judge.ts';
import { release } from './family.ts';

export interface UnsteadyLinesOptions {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly book: IncidentBook;
}

const RULE = 'line.unsteady';
const SETTING = 'lines.drops';
/** Contact is lost so long before its incident opens. */
const NOTICED_AFTER_MS = 27_000;
/** A machine's first report after a drop says whether it restarted; without one the drop counts. */
const PROOF_WITHIN_MS = 120_000;
const ENDS_EVERY_MS = 60_000;

/** What is out of contact now, or was until a moment ago. */
interface Down {
  readonly subject: Subject;
  readonly from: number;
  /** When it was over; null while it lasts. */
  readonly to: number | null;
  /** Somebody saw that the machine or its agent is to blame, or it was explained otherwise. */
  readonly isOther: boolean;
}

interface Line {
  readonly subject: Subject;
  readonly drops: readonly Drop[];
}

/** Pairs, by the keys of the incidents of the lines. */
interface Saved {
  readonly lines: readonly [string, Line][];
  readonly down: readonly [string, Down][];
}

/**
 * Losses of contact that come again and again: one incident of the line, of a site or of a single machine, with their count and
 * minutes. The first drops are told as ever; from then on they stand below it, unless one lasts.
 */
export class UnsteadyLines {
  readonly #options: UnsteadyLinesOptions;
  readonly #lines = new Map<string, Line>();
  readonly #down = new Map<string, Down>();
  #isDirty = false;
  #endedAt = Number.NEGATIVE_INFINITY;

  constructor(options: UnsteadyLinesOptions) {
    this.#options = options;
    options.book.addFirstPolicy((step) => this.#follow(step));
  }

  /** Takes up what was counted when the server stopped. */
  async load(now: number): Promise<void> {
    const { store, book } = this.#options;
    const saved = (await store.settings.get(SETTING)) as Saved | undefined;
    for (const [key, line] of saved?.lines ?? []) {
      const drops = lastWeek(line.drops, now);
      if (drops.length > 0) this.#lines.set(key, { ...line, drops });
    }
    for (const [key, down] of saved?.down ?? []) {
      if (down.from > now) continue;
      // It may have ended in the last moment before the server did.
      const contact = book.byKey(incidentKey(down.subject, ruleOf(down.subject), ''));
      this.#down.set(key, { ...down, to: down.to ?? (contact?.state === 'resolved' ? contact.resolvedAt : null) });
    }
    for (const record of book.open()) {
      const key = this.#keyOf(record);
      if (isContact(record) && !this.#down.has(key)) this.#begin(key, record, record.onsetAt);
    }
  }

  /** What goes on moves with the clock; of drops that are over, those that lie in the time that is taken back. */
  clockSet({ sizeMs, now, since }: ClockSet): void {
    const moved = (at: number): number => Math.min(now, at + sizeMs);
    const isWrong = ({ to }: Drop): boolean => to > now || to >= since;
    for (const [key, { from, to, ...down }] of this.#down)
      this.#put(key, { ...down, from: moved(from), to: to === null ? null : moved(to) });
    for (const [key, line] of this.#lines) {
      const drops = line.drops.map((one) => (isWrong(one) ? { from: moved(one.from), to: moved(one.to) } : one));
      this.#lines.set(key, { ...line, drops });
      this.#isDirty = true;
    }
  }

  judge(changes: ChangeSet, now: number): void {
    for (const [key, down] of [...this.#down]) {
      if (down.to === null) this.#judgeLasting(key, down, changes, now);
      else if (this.#isDecided(down, down.to, now)) this.#count(key, down, down.to, changes, now);
    }
    if (hasPassed(ENDS_EVERY_MS, this.#endedAt, now)) {
      this.#endedAt = now;
      for (const [key, line] of [...this.#lines]) this.#end(key, line, changes, now);
    }
    if (!this.#isDirty) return;
    this.#isDirty = false;
    changes.otherwise(() => {
      this.#isDirty = true;
    });
    const saved: Saved = { lines: [...this.#lines], down: [...this.#down] };
    changes.add(this.#options.store.settings.setStatement(SETTING, saved));
  }

  /** Every loss of contact passes here as it opens and ends. */
  #follow(step: IncidentStep): IncidentStep {
    const { record, event } = step;
    if (!isContact(record)) return step;
    const key = this.#keyOf(record);
    if (event.kind === 'opened' || event.kind === 'reopened') {
      const from = event.kind === 'opened' ? record.onsetAt : event.at - NOTICED_AFTER_MS;
      const isBelowLine = this.#isBelowLine(record);
      if ((record.parentId !== null && !isBelowLine) || record.suppressedBy !== null) return step;
      this.#begin(key, record, from);
      const line = this.#openLine(record);
      if (line && !this.#isOther(record)) return { ...step, record: { ...record, parentId: line.id }, notice: null };
      return isBelowLine ? { ...step, record: { ...record, parentId: null } } : step;
    }
    const down = this.#down.get(key);
    if (down?.to === null && event.kind === 'resolved') {
      // What a person resolved says nothing of the line.
      this.#put(key, {
        ...down,
        to: event.at,
        isOther: down.isOther || event.by !== null || record.suppressedBy !== null,
      });
    }
    // An emergency is told, whatever the line was like before.
    const isUrgent = record.priority === 'emergency' && record.state !== 'resolved';
    return isUrgent && this.#isBelowLine(record) ? { ...step, record: { ...record, parentId: null } } : step;
  }

  #isBelowLine({ parentId }: Pick<IncidentRecord, 'parentId'>): boolean {
    return parentId !== null && this.#options.book.byId(parentId)?.rule === RULE;
  }

  #begin(key: string, { clientId, siteId, deviceId }: IncidentRecord, from: number): void {
    this.#put(key, { subject: { clientId, siteId, deviceId }, from, to: null, isOther: false });
  }

  #put(key: string, down: Down): void {
    this.#down.set(key, down);
    this.#isDirty = true;
  }

  /** What lasts, or is a machine's own fault, is told after all. */
  #judgeLasting(key: string, down: Down, changes: ChangeSet, now: number): void {
    const { book, fleet } = this.#options;
    const contact = book.byKey(incidentKey(down.subject, ruleOf(down.subject), ''));
    if (!contact || contact.state === 'resolved') {
      this.#down.delete(key);
      this.#isDirty = true;
      return;
    }
    const isOther = down.isOther || this.#isOther(contact);
    if (isOther !== down.isOther) this.#put(key, { ...down, isOther });
    if (!this.#isBelowLine(contact) || (!isOther && now - down.from < LONGEST_DROP_MS)) return;
    release(book, changes, fleet.devices.get(contact.deviceId ?? '') ?? null, contact, now, now);
  }

  #isOther({ deviceId }: Pick<IncidentRecord, 'deviceId'>): boolean {
    const blame = this.#options.fleet.devices.get(deviceId ?? '')?.connection.liveness.loss?.blame;
    return blame === 'host' || blame === 'agent';
  }

  /** Whether the machine has spoken since: only then it is known that it ran on. */
  #isDecided({ subject }: Down, to: number, now: number): boolean {
    const record = this.#options.fleet.devices.get(subject.deviceId ?? '');
    return now - to >= PROOF_WITHIN_MS || (record !== undefined && (record.memory.presence.last?.at ?? 0) > to);
  }

  #count(key: string, { subject, from, isOther }: Down, to: number, changes: ChangeSet, now: number): void {
    this.#down.delete(key);
    this.#isDirty = true;
    const before = this.#lines.get(key)?.drops ?? [];
    const drops =
      isOther || this.#restarted(subject, from, to) ? before : withDrop(lastWeek(before, now), { from, to });
    if (drops.length === 0) return;
    this.#lines.set(key, { subject, drops });
    if (drops.at(-1)?.to === to && drops.length >= UNSTEADY_DROPS) this.#tell(subject, drops, changes, now);
  }

  /** A machine that came back with another boot was off; so was a site whose machines did. */
  #restarted({ siteId, deviceId }: Subject, from: number, to: number): boolean {
    for (const { info, memory } of this.#options.fleet.devices.values()) {
      if (deviceId === null ? info.site_id !== siteId : info.id !== deviceId) continue;
      const gaps = memory.presence.gaps.filter(({ before, after }) => after !== null && before.bootId !== after.bootId);
      const isInside = gaps.some(({ before, after }) => before.at < to && (after?.at ?? 0) > from);
      if (deviceId !== null && isInside) return true;
      if (deviceId === null && restartsOf(info.id, { gaps }).some((one) => one.from < to && one.to > from)) return true;
    }
    return false;
  }

  #tell(subject: Subject, drops: readonly Drop[], changes: ChangeSet, now: number): void {
    const { book } = this.#options;
    const headline = sayDrops(this.#nameOf(subject), drops);
    const open = this.#openLine(subject);
    if (open) {
      const event = { kind: 'changed', at: now, by: null, said: headline } as const;
      changes.addIncident(
        null,
        book.settle({ record: { ...open, said: headline, updatedAt: now }, event, notice: null }, open, now),
      );
      return;
    }
    const onset = drops[0]?.from ?? now;
    const evidence = { metrics: [], threshold: null };
    const verdict: Verdict = {
      kind: 'raise',
      rule: RULE,
      object: '',
      priority: 'medium',
      said: headline,
      evidence,
      onset,
      at: now,
    };
    const step = book.step(verdict, subject);
    if (step) changes.addIncident(null, step);
  }

  /** It is over after a week without a drop. */
  #end(key: string, { subject, drops }: Line, changes: ChangeSet, now: number): void {
    if (lastWeek(drops, now).length > 0 || this.#down.has(key)) return;
    this.#lines.delete(key);
    this.#isDirty = true;
    const over = said('line.unsteady.over', this.#nameOf(subject));
    const step = this.#options.book.step({ kind: 'clear', rule: RULE, object: '', said: over, at: now }, subject);
    if (step) changes.addIncident(null, step);
  }

  #openLine({ clientId, siteId, deviceId }: Subject): IncidentRecord | null {
    const line = this.#options.book.byKey(incidentKey({ clientId, siteId, deviceId }, RULE, ''));
    return line && line.state !== 'resolved' ? line : null;
  }

  #keyOf({ clientId, siteId, deviceId }: Subject): string {
    return incidentKey({ clientId, siteId, deviceId }, RULE, '');
  }

  #nameOf({ clientId, siteId, deviceId }: Subject): LineName {
    const { devices, sites, clients } = this.#options.fleet;
    return {
      device: devices.get(deviceId ?? '')?.info.name ?? null,
      site: sites.get(siteId ?? '')?.name ?? null,
      client: clients.get(clientId)?.name ?? null,
    };
  }
}

function ruleOf({ deviceId }: Subject): 'contact' | 'site.contact' {
  return deviceId === null ? 'site.contact' : 'contact';
}

function isContact({ rule }: Pick<IncidentRecord, 'rule'>): boolean {
  return rule === 'contact' || rule === 'site.contact';
}
