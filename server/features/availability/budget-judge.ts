import type { BudgetAtRisk } from '../../../protocol/api/availability.ts';
import type { Priority } from '../../../protocol/api/view.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import type { ChangeSet } from '../../core/incidents/change-set.ts';
import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import type { ClockSet, Judge } from '../../core/incidents/judge.ts';
import { hasPassed } from '../../domain/has-passed.ts';
import { type IncidentRecord, incidentKey, type Subject } from '../../domain/incidents/incident.ts';
import { readMap, type SavedMap } from '../../domain/rules/detection-json.ts';
import type { RuleName } from '../../domain/rules/rule.ts';
import { inScope, type Scope } from '../../domain/scope.ts';
import { isOwnIncident, LEAST_BUDGETED_MS, type OutagesOfPeriod } from '../../domain/sla/budget.ts';
import {
  BURN_GROUP_SIZE,
  type BurnVerdict,
  judgeBurnRate,
  LONGEST_BURN_WINDOW_MS,
} from '../../domain/sla/burn-rate.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { eachApart } from '../../platform/health/faults.ts';
import type { Store } from '../../platform/store/store.ts';
import { Agreements } from './agreements.ts';
import { budgetRisk } from './budget-risk.ts';
import { type BookEntry, factsOf, type LedgerBook } from './ledger-book.ts';
import { Measuring } from './measuring.ts';
import type { ServiceFigures } from './service-figures.ts';

export interface BudgetJudgeOptions {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly incidents: IncidentBook;
  readonly book: LedgerBook;
  readonly agreements: Agreements;
  readonly services: ServiceFigures;
  /** The ledger in memory could not follow a clock that was set back. */
  readonly onUnread: (cause: unknown) => void;
}

/** What was raised last, by incident key. It stands until it changes, also if a person resolved the incident meanwhile. */
type Raised = Map<string, Raise>;

interface Raise {
  readonly priority: Priority;
  readonly month: number;
}

interface Wanted {
  readonly subject: Subject;
  readonly rule: RuleName;
  readonly priority: Priority;
  readonly month: number;
  readonly said: Said;
}

const ROUND_MS = 60_000;
const MAX_AT_RISK = 20;
const RAISED_SETTING = 'availability.raised';
const over: Partial<Record<RuleName, Said>> = {
  'availability.budget': said('budget.spent.over'),
  'availability.burn-rate': said('budget.burns.over'),
};

/** What an outage is an incident of by itself. */
const outageRules: ReadonlySet<RuleName> = new Set([
  'contact',
  'reboot.unexpected',
  'maintenance.return',
  'service.down',
]);

/** Warns when budgets run out: once a minute each client is looked at, a few of them each second. */
export class BudgetJudge implements Judge {
  readonly about = 'error budgets';
  readonly #options: BudgetJudgeOptions;
  readonly #atRisk = new Map<string, readonly BudgetAtRisk[]>();
  #raised: Raised = new Map();
  #waiting: string[] = [];
  #roundSize = 0;
  #roundAt = Number.NEGATIVE_INFINITY;

  constructor(options: BudgetJudgeOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    // Older versions saved an object.
    const saved = await this.#options.store.settings.get(RAISED_SETTING);
    this.#raised = readMap<Raise>((saved ?? undefined) as SavedMap<Raise> | undefined);
  }

  /** Of this month, in the scope: worst first. */
  atRisk(scope: Scope): BudgetAtRisk[] {
    return [...this.#atRisk]
      .filter(([clientId]) => inScope(scope, clientId))
      .flatMap(([, budgets]) => budgets)
      .sort((a, b) => b.spentRatio - a.spentRatio)
      .slice(0, MAX_AT_RISK);
  }

  /** The rows of the ledger are dated anew with the same changes. */
  clockSet({ sizeMs, now, since }: ClockSet, changes: ChangeSet): void {
    if (sizeMs >= 0) return;
    const { book, onUnread } = this.#options;
    changes.afterwards(() => {
      book.reread(Math.min(now, since) + sizeMs).catch(onUnread);
    });
  }

  judge(changes: ChangeSet, now: number): void {
    if (this.#waiting.length === 0) {
      if (!hasPassed(ROUND_MS, this.#roundAt, now)) return;
      this.#roundAt = now;
      this.#waiting = [...this.#options.fleet.clients.keys()];
      this.#roundSize = this.#waiting.length;
    }
    const perSecond = Math.ceil((this.#roundSize * 1_000) / ROUND_MS);
    eachApart(this.#waiting.splice(0, perSecond), (clientId) => this.#judgeClient(clientId, changes, now));
  }

  #judgeClient(clientId: string, changes: ChangeSet, now: number): void {
    const { book, agreements, services } = this.#options;
    const pass = new Measuring(book, agreements, { name: 'this_month' }, now);
    const month = pass.period(clientId).from;
    const wanted = new Map<string, Wanted>();
    const atRisk: BudgetAtRisk[] = [];
    // What was said before stands until it changes: silence is for what nobody was told of yet.
    const raise = (one: Wanted, isSilent = false): void => {
      const key = incidentKey(one.subject, one.rule, '');
      if (!isSilent || this.#raised.has(key)) wanted.set(key, one);
    };
    const members: Targeted[] = [];

    for (const entry of book.ofClient(clientId)) {
      const { info } = entry.record;
      const targets = agreements.ofDevice(factsOf(entry));
      const targetPpm = entry.retiredAt === null ? Agreements.targetAt(targets, now) : null;
      if (targetPpm === null) continue;
      members.push({ entry, targetPpm, since: Agreements.targetedSince(targets, now) });
      if (book.isWhollyUp(entry, month)) continue;
      const subject = { clientId, siteId: info.site_id, deviceId: info.id };
      const about = { kind: 'device', id: info.id, name: info.name } as const;
      const measured = pass.device(entry).always;
      const budget = budgetRisk(measured, about, clientId, now);
      if (!budget) continue;
      atRisk.push(budget.risk);
      const isSilent = this.#isTold(measured.whole, this.#options.incidents.openOf(info.id));
      raise({ subject, rule: 'availability.budget', month, ...budget }, isSilent);
    }
    for (const { service, month: measurement } of services.ofClient(clientId)) {
      const subject = { clientId, siteId: null, deviceId: null, serviceId: service.id };
      const about = { kind: 'service', id: service.id, name: service.name } as const;
      const budget = budgetRisk(measurement.always, about, clientId, now);
      if (!budget) continue;
      atRisk.push(budget.risk);
      const ofService = [...this.#options.incidents.open()].filter(({ serviceId }) => serviceId === service.id);
      const isSilent = this.#isTold(measurement.always.whole, ofService);
      raise({ subject, rule: 'availability.budget', month, ...budget }, isSilent);
    }
    const groups = [...Map.groupBy(members, ({ entry }) => entry.record.info.site_id)];
    for (const [siteId, group] of [...groups, [null, members] as const]) {
      // A client with one site is that site: one incident, not two.
      if (group.length < BURN_GROUP_SIZE || (siteId === null && groups.length === 1)) continue;
      const verdict = this.#burning(group, now);
      const subject = { clientId, siteId, deviceId: null };
      if (!verdict) continue;
      const { isSilent, ...burning } = verdict;
      raise({ subject, rule: 'availability.burn-rate', month: 0, ...burning }, isSilent);
    }
    this.#atRisk.set(clientId, atRisk);
    this.#settle(clientId, wanted, changes, now);
  }

  /** Whether the only outage of the period has an open incident of its own. */
  #isTold(period: OutagesOfPeriod, open: Iterable<IncidentRecord>): boolean {
    return isOwnIncident(
      period,
      [...open].filter(({ rule }) => outageRules.has(rule)),
    );
  }

  #burning(group: readonly Targeted[], now: number): (BurnVerdict & { readonly isSilent: boolean }) | null {
    const { book, incidents } = this.#options;
    const since = now - LONGEST_BURN_WINDOW_MS;
    if (group.every(({ entry }) => book.isWhollyUp(entry, since))) return null;
    // Who counts since less than an hour has no budget to speak of.
    const ripe = group.filter(
      (one) => now - Math.max(one.since, one.entry.record.info.enrolled_at) >= LEAST_BUDGETED_MS,
    );
    const measured = ripe.map(({ entry, targetPpm, since: agreedAt }) => ({
      agreedAt,
      deviceId: entry.record.info.id,
      subject: book.measured(entry, since, now),
      allowancePpm: BigInt(1_000_000 - targetPpm),
    }));
    const verdict = judgeBurnRate((windowMs) => {
      let downMs = 0;
      let allowed = 0n;
      for (const { subject, allowancePpm, agreedAt } of measured) {
        const start = Math.max(now - windowMs, subject.from, agreedAt);
        const tally = subject.ledger.tally(start, Math.min(now, subject.until));
        downMs += tally.downMs;
        allowed += allowancePpm * BigInt(windowMs - tally.excludedMs);
      }
      return { downMs, allowed };
    });
    if (!verdict) return null;
    const broken = measured
      .map(({ subject, agreedAt, deviceId }) => {
        const start = Math.max(since, subject.from, agreedAt);
        return { deviceId, ...subject.ledger.tally(start, Math.min(now, subject.until)) };
      })
      .filter(({ outages }) => outages > 0);
    const [only] = broken;
    const isSilent = broken.length === 1 && only !== undefined && this.#isTold(only, incidents.openOf(only.deviceId));
    return { ...verdict, isSilent };
  }

  /** Compares with what is raised, and makes incidents of the difference. */
  #settle(clientId: string, wanted: ReadonlyMap<string, Wanted>, changes: ChangeSet, now: number): void {
    let isChanged = false;
    for (const [key, { subject, rule, priority, month, said: headline }] of wanted) {
      const before = this.#raised.get(key);
      if (before?.priority === priority && before.month === month) {
        this.#sayAgain(key, headline, changes, now);
        continue;
      }
      this.#say(key, { priority, month }, changes);
      isChanged = true;
      const kind = before ? 'change' : 'raise';
      const evidence = { metrics: [], threshold: null };
      const verdict = { kind, rule, object: '', priority, said: headline, evidence, onset: now, at: now } as const;
      this.#put(this.#options.incidents.step(verdict, subject), changes);
    }
    for (const key of [...this.#raised.keys()]) {
      if (!key.startsWith(`${clientId}/`) || wanted.has(key)) continue;
      this.#say(key, null, changes);
      isChanged = true;
      const open = this.#options.incidents.byKey(key);
      if (!open) continue;
      const { rule, object, siteId, deviceId, serviceId } = open;
      const verdict = { kind: 'clear', rule, object, said: over[rule] ?? said('over', { rule }), at: now } as const;
      this.#put(this.#options.incidents.step(verdict, { clientId, siteId, deviceId, serviceId }), changes);
    }
    if (isChanged) changes.add(this.#options.store.settings.setStatement(RAISED_SETTING, [...this.#raised]));
  }

  /** While a budget is being spent its headline counts on by itself; when that begins or ends, it is said anew, and nobody is told. */
  #sayAgain(key: string, headline: Said, changes: ChangeSet, now: number): void {
    const open = this.#options.incidents.byKey(key);
    if (!open || open.state === 'resolved' || isGrowing(open.said) === isGrowing(headline)) return;
    const event = { kind: 'changed', at: now, by: null, said: headline } as const;
    const step = { record: { ...open, said: headline, updatedAt: now }, event, notice: null };
    this.#put(this.#options.incidents.settle(step, open, now), changes);
  }

  /** Remembers what is said of it, or that nothing is; what is refused is said again. */
  #say(key: string, raise: Raise | null, changes: ChangeSet): void {
    const before = this.#raised.get(key);
    const remember = (one: Raise | null | undefined): void => {
      if (one) this.#raised.set(key, one);
      else this.#raised.delete(key);
    };
    remember(raise);
    changes.otherwise(() => remember(before));
  }

  #put(step: ReturnType<IncidentBook['step']>, changes: ChangeSet): void {
    if (!step) return;
    changes.addIncident(null, step);
    const device = step.record.deviceId === null ? null : this.#options.fleet.devices.get(step.record.deviceId);
    if (device) changes.touched.add(device);
  }
}

const isGrowing = (one: Said): boolean => one.key === 'budget.spent' && one.params.budget.growsSince !== null;

interface Targeted {
  readonly entry: BookEntry;
  readonly targetPpm: number;
  /** Since when there has been a target without a break: what was before spends nothing. */
  readonly since: number;
}
