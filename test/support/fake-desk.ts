import type { ClockExplanation, ContractTerms } from '../../protocol/api/contract.ts';
import type { AheadFigures, PersonReport } from '../../protocol/api/person-report.ts';
import type { Receiver } from '../../protocol/api/receiver.ts';
import type { Check, Service } from '../../protocol/api/service.ts';
import type { IncidentDetail, Overview } from '../../protocol/api/view.ts';
import { typed } from '../../protocol/said/said.ts';
import { clockView } from '../../server/core/incidents/clock-view.ts';
import { startClock } from '../../server/domain/sla/clock.ts';
import { explainClock } from '../../server/domain/sla/clock-explanation.ts';
import type { WindowVersion } from '../../server/domain/sla/notice.ts';
import type { ClockTerms, ResponseClock } from '../../server/domain/sla/response-clock.ts';
import { tierTerms } from '../../server/domain/sla/tiers.ts';
import type { FakeFleet } from './fake-fleet.ts';

/** A Tuesday, 14:30 in Costa Rica: everybody works, and a holiday is near. */
export const DESK_NOW_MS = Date.parse('2026-10-06T20:30:00.000Z');
export const DESK_ZONE = 'America/Costa_Rica';
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export interface FakeWindow {
  readonly id: string;
  readonly createdBy: string;
  cancelledAtMs: number | null;
  readonly versions: WindowVersion[];
}

/** What a desk works with, beside the fleet. */
export interface FakeDesk {
  readonly services: Map<string, Service>;
  readonly checks: Map<string, Check>;
  readonly windows: Map<string, FakeWindow>;
  readonly receivers: Map<string, Receiver>;
  readonly reports: PersonReport[];
  readonly clocks: Map<string, ResponseClock>;
  readonly terms: Map<string, ClockTerms>;
  budgets: Overview['budgets'];
  ahead: AheadFigures | null;
}

export function emptyDesk(): FakeDesk {
  return {
    services: new Map(),
    checks: new Map(),
    windows: new Map(),
    receivers: new Map(),
    reports: [],
    clocks: new Map(),
    terms: new Map(),
    budgets: [],
    ahead: null,
  };
}

const place = { timeZone: DESK_ZONE, startsOn: '2026-01-01' };

/** The contracts of the made-up clients: two from detection, one on reports only, one that is shown, one without any. */
export function contracts(): Map<string, ClockTerms> {
  const inForce = (terms: ContractTerms): ClockTerms => ({ version: 2, terms, siteId: null, until: Infinity });
  const premium: ContractTerms = {
    ...tierTerms('premium', place),
    clockFrom: 'detection',
    emergency: { minutes: 15, aroundTheClock: true, onSiteMinutes: 120 },
  };
  const advanced: ContractTerms = {
    ...tierTerms('advanced', place),
    clockFrom: 'detection',
    emergency: { minutes: 15, aroundTheClock: false, onSiteMinutes: 120 },
  };
  advanced.calendar.exceptions.push({ date: '2026-10-07', name: 'Closed for the inventory', hours: [] });
  return new Map([
    ['c1', inForce(premium)],
    ['c2', inForce(advanced)],
    ['c3', inForce(tierTerms('standard', place))],
    ['c4', inForce(tierTerms('advanced', place))],
    ['c5', { ...inForce(tierTerms('standard', place)), version: null }],
  ]);
}

/** Starts the clock of an incident by the real rules, and shows it. */
export function giveClock(desk: FakeDesk, incident: IncidentDetail, reportedAtMs: number | null): void {
  const under = desk.terms.get(incident.clientId);
  if (!under) return;
  const startedAt = reportedAtMs ?? Date.parse(incident.openedAt);
  keepClock(
    desk,
    incident,
    startClock({
      at: startedAt,
      startedAt,
      reportedAt: reportedAtMs,
      priority: incident.priority,
      under,
      cause: typed(reportedAtMs === null ? 'Raised by a rule.' : 'Reported by a person.'),
      previous: null,
    }),
  );
}

export function keepClock(desk: FakeDesk, incident: IncidentDetail, clock: ResponseClock): void {
  desk.clocks.set(incident.id, clock);
  incident.clock = clockView(clock);
}

export function explain(desk: FakeDesk, incident: IncidentDetail, nowMs: number): ClockExplanation | null {
  const clock = desk.clocks.get(incident.id);
  const under = desk.terms.get(incident.clientId);
  if (!clock || !under) return null;
  return { clock: clockView(clock), ...explainClock(clock, under, nowMs) };
}

/** The device of this name. @throws Error if the fleet has none */
export function deviceNamed(fleet: FakeFleet, name: string) {
  const device = [...fleet.devices.values()].find((each) => each.name === name);
  if (!device) throw new Error(`the made-up fleet has no ${name}`);
  return device;
}
