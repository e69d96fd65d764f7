import { randomUUID } from 'node:crypto';
import type { IncidentProposal, PersonReport, PersonReportInput } from '../../../protocol/api/person-report.ts';
import { VigiaError } from '../../../protocol/error.ts';
import { plain } from '../../../protocol/said/plain.ts';
import { said } from '../../../protocol/said/said.ts';
import type { Act } from '../../core/incidents/act.ts';
import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import { reportView } from '../../core/incidents/report-view.ts';
import { toRecord } from '../../core/incidents/rows.ts';
import type { Actor } from '../../domain/actor.ts';
import { leadMs } from '../../domain/incidents/ahead.ts';
import { type IncidentRecord, type IncidentStep, incidentKey } from '../../domain/incidents/incident.ts';
import { noTimes } from '../../domain/incidents/incident-times.ts';
import { type Place, type Proposal, proposeIncidents } from '../../domain/incidents/linking.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Row } from '../../platform/store/tables.ts';
import { createAhead, type ZonesOf } from './ahead-figures.ts';
import type { PersonReportPort } from './port.ts';
import { createPortal, type PortalVisit, type ZoneOf } from './portal.ts';

export interface ReportPortOptions {
  readonly store: Store;
  readonly book: IncidentBook;
  readonly fleet: Pick<Fleet, 'devices' | 'sites'>;
  readonly now: () => number;
  readonly act: Act;
  readonly zoneOf: ZoneOf;
  readonly zonesOf: ZonesOf;
  /** Starts the contract's clock of the incident that a step links a report to. */
  readonly withReport: (step: IncidentStep, reportedAt: number, at: number) => IncidentStep;
}

const HOUR_MS = 3_600_000;
const YEAR_MS = 365 * 24 * HOUR_MS;
/** Clocks of people and servers differ. */
const FUTURE_TOLERANCE_MS = 60_000;
const SENTENCE_LENGTH = 200;

/** Nobody who writes on the page of a client is known. */
const SERVER_ITSELF = { id: 'server' };

/** What people report: stored, linked to the incident it is about, or made one of its own. */
export function createReportPort(options: ReportPortOptions): PersonReportPort {
  const { store, book, fleet, now, act } = options;

  async function incident(scope: Scope, id: string, clientId: string): Promise<IncidentRecord> {
    const row = await store.scoped(scope).incidents.get(id);
    if (row?.client_id === clientId) return toRecord(row);
    throw new VigiaError('not_found', 'There is no such incident of this client.');
  }

  /** The place as it is known: a device's site goes without saying. @throws VigiaError not_found */
  async function place(scope: Scope, given: Place): Promise<Place> {
    const { clients, sites, devices, services } = store.scoped(scope);
    const { clientId, siteId, deviceId, serviceId } = given;
    const require = (holds: boolean, what: string): void => {
      if (!holds) throw new VigiaError('not_found', `There is no such ${what}.`);
    };
    require((await clients.get(clientId)) !== null, 'client');
    const device = deviceId === null ? null : await devices.get(deviceId);
    require(deviceId === null || device?.client_id === clientId, 'device of this client');
    require(siteId === null || (await sites.get(siteId))?.client_id === clientId, 'site of this client');
    if (serviceId !== null) {
      const service = (await services.all()).find(({ id, removed_at }) => id === serviceId && removed_at === null);
      require(service?.client_id === clientId, 'service of this client');
    }
    return { ...given, siteId: siteId ?? device?.site_id ?? null };
  }

  function readTime(reportedAt: string | undefined): number {
    const at = now();
    const reported = reportedAt === undefined ? at : Date.parse(reportedAt);
    if (reported > at + FUTURE_TOLERANCE_MS) {
      throw new VigiaError(
        'validation_failed',
        'The report is dated in the future. Give the time at which you were told.',
      );
    }
    if (reported < at - YEAR_MS) throw new VigiaError('validation_failed', 'The report is older than a year.');
    return Math.min(reported, at);
  }

  async function propose(scope: Scope, report: Place & { reportedAt: number }): Promise<Proposal[]> {
    const recent = await store.scoped(scope).incidents.recent(report.reportedAt - HOUR_MS);
    const own = recent.filter((row) => row.client_id === report.clientId).map(toRecord);
    return proposeIncidents(report, own);
  }

  /** The step that says in an incident's history what was reported, with the contract's clock started. */
  function attach(record: IncidentRecord, report: Row<'person_report'>, actor: Actor, at: number): IncidentStep {
    const step: IncidentStep = {
      record: { ...record, updatedAt: at },
      event: {
        kind: 'report',
        at,
        by: actor.name,
        said: said('report.attached', { reporter: report.reporter, at: report.reported_at, text: report.text }),
      },
      notice: null,
    };
    return book.settle(options.withReport(step, report.reported_at, at), record, at);
  }

  function ownIncident(report: Row<'person_report'>, input: PersonReportInput, actor: Actor, at: number): IncidentStep {
    const { client_id: clientId, site_id: siteId, device_id: deviceId, service_id: serviceId } = report;
    const text = report.text.replaceAll(/\s+/g, ' ');
    const short = text.length > SENTENCE_LENGTH ? `${text.slice(0, SENTENCE_LENGTH)}…` : text;
    const record: IncidentRecord = {
      id: randomUUID(),
      key: incidentKey({ clientId, siteId, deviceId, serviceId }, 'person.report', report.id),
      clientId,
      siteId,
      deviceId,
      serviceId,
      rule: 'person.report',
      object: report.id,
      priority: input.priority ?? 'medium',
      state: 'open',
      said: said('report.headline', { reporter: report.reporter, text: short }),
      evidence: { metrics: [], threshold: null },
      onsetAt: report.reported_at,
      openedAt: at,
      acknowledgedAt: null,
      acknowledgedBy: null,
      assigneeId: null,
      resolvedAt: null,
      reopenedCount: 0,
      updatedAt: at,
      source: 'person',
      parentId: null,
      suppressedBy: null,
      clock: null,
      times: noTimes,
    };
    const event = { kind: 'opened', at, by: actor.name, said: record.said } as const;
    return book.settle({ record, event, notice: { kind: 'raised', tellAt: at } }, null, at);
  }

  const deviceOf = (record: IncidentRecord) =>
    (record.deviceId === null ? undefined : fleet.devices.get(record.deviceId)) ?? null;

  /** What comes by the same link within an hour is one incident, whoever writes: a leaked link cannot open one after the other. */
  function threadOf(scope: Scope, actor: Actor, at: number): Promise<string | null> {
    return store.scoped(scope).personReports.threadOf(actor.id, at - HOUR_MS);
  }

  async function create(
    scope: Scope,
    input: PersonReportInput,
    actor: Actor,
    via: PersonReport['via'],
    visit?: PortalVisit,
  ): Promise<PersonReport> {
    const reportedAt = readTime(input.reportedAt);
    const where = await place(scope, input);
    const action = visit ? 'person-report.portal' : 'person-report.create';
    const row = await act(visit ? SERVER_ITSELF : actor, action, scope, async (changes, at) => {
      const report: Row<'person_report'> = {
        id: randomUUID(),
        client_id: where.clientId,
        site_id: where.siteId,
        device_id: where.deviceId,
        service_id: where.serviceId,
        reported_at: reportedAt,
        reporter: input.reporter,
        via,
        text: input.text,
        about_infrastructure: input.aboutInfrastructure ? 1 : 0,
        incident_id: null,
        lead_ms: null,
        created_at: at,
        created_by: actor.id,
      };
      const about = input.incidentId ?? (via === 'portal' ? await threadOf(scope, actor, at) : null);
      const known = about === null ? null : await incident(scope, about, where.clientId);
      const step = known ? attach(known, report, actor, at) : ownIncident(report, input, actor, at);
      const { record } = step;
      const linked = { ...report, incident_id: record.id, lead_ms: leadMs(reportedAt, record.openedAt) };
      const { linkId, address } = visit ?? {};
      const place = { clientId: where.clientId, ...(visit && { linkId }), incidentId: record.id };
      changes.record(report.id, { ...place, ...(visit && { address }) });
      changes.addIncident(deviceOf(record), step);
      const { personReports, clients } = store.scoped(scope);
      changes.add(personReports.insertStatement(linked));
      if (visit) changes.add(clients.noteReportKeyUseStatement(where.clientId));
      return linked;
    });
    return reportView(row);
  }

  async function link(scope: Scope, id: string, incidentId: string, actor: Actor): Promise<PersonReport> {
    const row = await act(actor, 'person-report.link', scope, async (changes, at) => {
      changes.record(id, { incidentId });
      const { personReports } = store.scoped(scope);
      const report = await personReports.get(id);
      if (report === null) throw new VigiaError('not_found', 'There is no such report.');
      if (report.incident_id === incidentId) throw new VigiaError('conflict', 'It belongs to this incident already.');
      const target = await incident(scope, incidentId, report.client_id);
      if (target.parentId !== null && target.parentId === report.incident_id) {
        throw new VigiaError('conflict', 'That incident is explained by the one the report belongs to.');
      }
      const previous = report.incident_id === null ? null : await incident(scope, report.incident_id, report.client_id);
      if (previous?.source === 'person' && (await personReports.ofIncident(previous.id)).length === 1) {
        const step = supersede(previous, target, actor, at);
        changes.addIncident(deviceOf(previous), step);
      }
      const step = attach(target, report, actor, at);
      const lead = leadMs(report.reported_at, target.openedAt);
      changes.addIncident(deviceOf(target), step);
      changes.add(personReports.linkStatement(report, { incidentId, leadMs: lead }));
      return { ...report, incident_id: incidentId, lead_ms: lead };
    });
    return reportView(row);
  }

  /** The incident that a report had been by itself ends: another one explains it. */
  function supersede(record: IncidentRecord, by: IncidentRecord, actor: Actor, at: number): IncidentStep | null {
    if (record.state === 'resolved') return null;
    const other = said('report.other', { headline: by.said });
    const step: IncidentStep = {
      record: { ...record, state: 'resolved', resolvedAt: at, parentId: by.id, updatedAt: at },
      event: { kind: 'linked', at, by: actor.name, said: other },
      notice: { kind: 'resolved', tellAt: at },
    };
    return book.settle(step, record, at);
  }

  const ahead = createAhead(options);
  const fromPortal = createPortal({ propose, create, incident, zoneOf: options.zoneOf, now });
  return {
    async list(scope, { clientId, ...page }) {
      const { items, next } = await store.scoped(scope).personReports.list({ ...page, clientId });
      return { items: items.map(reportView), next };
    },
    async ofIncident(scope, incidentId) {
      return (await store.scoped(scope).personReports.ofIncident(incidentId)).map(reportView);
    },
    create,
    link,
    fromPortal,
    async propose(scope, { reportedAt, ...given }) {
      const where = await place(scope, given);
      const proposals = await propose(scope, { ...where, reportedAt: readTime(reportedAt) });
      return proposals.map(
        ({ openedAt, said, why, ...rest }): IncidentProposal => ({
          ...rest,
          sentence: plain(said, now()),
          said,
          why: plain(why, now()),
          whySaid: why,
          openedAt: iso(openedAt),
        }),
      );
    },
    ahead: (scope, query) => ahead(scope, query),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
