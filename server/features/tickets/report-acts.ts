import { randomUUID } from 'node:crypto';
import type { PersonReport, PersonReportInput } from '../../../protocol/api/person-report.ts';
import { noSuch, refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import type { Act } from '../../core/incidents/act.ts';
import { reportView } from '../../core/incidents/report-view.ts';
import type { Actor } from '../../domain/actor.ts';
import { leadMs } from '../../domain/incidents/ahead.ts';
import type { IncidentRecord } from '../../domain/incidents/incident.ts';
import type { Place } from '../../domain/incidents/linking.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Row } from '../../platform/store/tables.ts';
import type { PortalVisit } from './portal.ts';
import { incidentOfClient, knownPlace, readTime } from './report-input.ts';
import { createReportSteps, type ReportStepNeeds } from './report-steps.ts';

export interface ReportActNeeds extends ReportStepNeeds {
  readonly store: Store;
  readonly fleet: Pick<Fleet, 'devices'>;
  readonly now: () => number;
  readonly act: Act;
}

/** Reports as they are made and linked to incidents. */
export interface ReportActs {
  create(
    scope: Scope,
    input: PersonReportInput,
    actor: Actor,
    via: PersonReport['via'],
    visit?: PortalVisit,
  ): Promise<PersonReport>;
  link(scope: Scope, id: string, incidentId: string, actor: Actor): Promise<PersonReport>;
}

const HOUR_MS = 3_600_000;

/** Nobody who writes on the page of a client is known. */
const SERVER_ITSELF = { id: 'server' };

export function createReportActs(needs: ReportActNeeds): ReportActs {
  const { store, fleet, now, act } = needs;
  const steps = createReportSteps(needs);

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
    const reportedAt = readTime(input.reportedAt, now());
    const where = await knownPlace(store, scope, input);
    const action = visit ? 'person-report.portal' : 'person-report.create';
    const row = await act(visit ? SERVER_ITSELF : actor, action, scope, async (changes, at) => {
      const report = rowOf(input, where, { reportedAt, via, at, by: actor.id });
      const about = input.incidentId ?? (via === 'portal' ? await threadOf(scope, actor, at) : null);
      const known = about === null ? null : await incidentOfClient(store, scope, about, where.clientId);
      const step = known ? steps.attach(known, report, actor, at) : steps.ownIncident(report, input, actor, at);
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
      if (report === null) throw noSuch('report');
      if (report.incident_id === incidentId) throw refused('conflict', said('refused.report.linked'));
      const target = await incidentOfClient(store, scope, incidentId, report.client_id);
      if (target.parentId !== null && target.parentId === report.incident_id) {
        throw refused('conflict', said('refused.report.explained'));
      }
      const previous =
        report.incident_id === null ? null : await incidentOfClient(store, scope, report.incident_id, report.client_id);
      if (previous?.source === 'person' && (await personReports.ofIncident(previous.id)).length === 1) {
        const step = steps.supersede(previous, target, actor, at);
        changes.addIncident(deviceOf(previous), step);
      }
      const step = steps.attach(target, report, actor, at);
      const lead = leadMs(report.reported_at, target.openedAt);
      changes.addIncident(deviceOf(target), step);
      changes.add(personReports.linkStatement(report, { incidentId, leadMs: lead }));
      return { ...report, incident_id: incidentId, lead_ms: lead };
    });
    return reportView(row);
  }

  return { create, link };
}

interface Arrival {
  readonly reportedAt: number;
  readonly via: PersonReport['via'];
  readonly at: number;
  /** Who wrote it down, by id. */
  readonly by: string;
}

function rowOf(input: PersonReportInput, where: Place, { reportedAt, via, at, by }: Arrival): Row<'person_report'> {
  return {
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
    created_by: by,
  };
}
