import { randomUUID } from 'node:crypto';
import type { PersonReportInput } from '../../../protocol/api/person-report.ts';
import { said } from '../../../protocol/said/said.ts';
import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import type { Actor } from '../../domain/actor.ts';
import { type IncidentRecord, type IncidentStep, incidentKey } from '../../domain/incidents/incident.ts';
import { noTimes } from '../../domain/incidents/incident-times.ts';
import type { Row } from '../../platform/store/tables.ts';

export interface ReportStepNeeds {
  readonly book: IncidentBook;
  /** Starts the contract's clock of the incident that a step links a report to. */
  readonly withReport: (step: IncidentStep, reportedAt: number, at: number) => IncidentStep;
}

/** What a report makes of incidents. */
export interface ReportSteps {
  attach(record: IncidentRecord, report: Row<'person_report'>, actor: Actor, at: number): IncidentStep;
  ownIncident(report: Row<'person_report'>, input: PersonReportInput, actor: Actor, at: number): IncidentStep;
  supersede(record: IncidentRecord, by: IncidentRecord, actor: Actor, at: number): IncidentStep | null;
}

const SENTENCE_LENGTH = 200;

export function createReportSteps({ book, withReport }: ReportStepNeeds): ReportSteps {
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
    return book.settle(withReport(step, report.reported_at, at), record, at);
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

  return { attach, ownIncident, supersede };
}
