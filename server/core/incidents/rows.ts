import { parseSaid, readSaid } from '../../../protocol/said/read.ts';
import type { FlapMemory } from '../../domain/incidents/flapping.ts';
import type { IncidentRecord } from '../../domain/incidents/incident.ts';
import type { OutageClock } from '../../domain/incidents/outage-clock.ts';
import type { Evidence, RuleName } from '../../domain/rules/rule.ts';
import type { ResponseClock } from '../../domain/sla/response-clock.ts';
import type { Row } from '../../platform/store/tables.ts';

/** Between the stored row and the record that the domain speaks of. */

export function toRow(record: IncidentRecord): Row<'incident'> {
  return {
    id: record.id,
    key: record.key,
    client_id: record.clientId,
    site_id: record.siteId,
    device_id: record.deviceId,
    rule: record.rule,
    object: record.object,
    priority: record.priority,
    state: record.state,
    said_json: JSON.stringify(record.said),
    evidence_json: JSON.stringify(record.evidence),
    onset_at: record.onsetAt,
    opened_at: record.openedAt,
    acknowledged_at: record.acknowledgedAt,
    acknowledged_by: record.acknowledgedBy,
    assignee_id: record.assigneeId,
    resolved_at: record.resolvedAt,
    reopened_count: record.reopenedCount,
    updated_at: record.updatedAt,
    source: record.source,
    service_id: record.serviceId,
    parent_id: record.parentId,
    suppressed_by: record.suppressedBy,
    clock_json: record.clock === null ? null : JSON.stringify(record.clock),
    taken_at: record.times.takenAt,
    responded_at: record.times.respondedAt,
    responded_by: record.times.respondedBy,
    on_site_at: record.times.onSiteAt,
    on_site_by: record.times.onSiteBy,
    recovered: record.times.recovered ? 1 : 0,
    flap_json: record.flap ? JSON.stringify(record.flap) : null,
    outage_json: record.outage ? JSON.stringify(record.outage) : null,
  };
}

export function toRecord(row: Row<'incident'>): IncidentRecord {
  return {
    id: row.id,
    key: row.key,
    clientId: row.client_id,
    siteId: row.site_id,
    deviceId: row.device_id,
    rule: row.rule as RuleName,
    object: row.object,
    priority: row.priority,
    state: row.state,
    said: parseSaid(row.said_json),
    evidence: JSON.parse(row.evidence_json) as Evidence,
    onsetAt: row.onset_at,
    openedAt: row.opened_at,
    acknowledgedAt: row.acknowledged_at,
    acknowledgedBy: row.acknowledged_by,
    assigneeId: row.assignee_id,
    resolvedAt: row.resolved_at,
    reopenedCount: row.reopened_count,
    updatedAt: row.updated_at,
    source: row.source,
    serviceId: row.service_id,
    parentId: row.parent_id,
    suppressedBy: row.suppressed_by,
    clock: row.clock_json === null ? null : readClock(row.clock_json),
    times: {
      takenAt: row.taken_at,
      respondedAt: row.responded_at,
      respondedBy: row.responded_by,
      onSiteAt: row.on_site_at,
      onSiteBy: row.on_site_by,
      recovered: row.recovered === 1,
    },
    flap: row.flap_json === null ? null : readFlap(row.flap_json),
    outage: row.outage_json === null ? null : (JSON.parse(row.outage_json) as OutageClock),
  };
}

/** A stored clock. Those that do not say where they end were made when all ended at the acknowledgement. */
function readClock(json: string): ResponseClock {
  const stored = JSON.parse(json) as ResponseClock;
  const onSite = stored.onSite && { ...stored.onSite, from: stored.onSite.from ?? 'not_remotely' };
  const computations = stored.computations.map((each) => ({ ...each, why: readSaid(each.why) }));
  return {
    ...stored,
    computations,
    endsAt: stored.endsAt ?? 'acknowledged',
    recoveredAt: stored.recoveredAt ?? null,
    onSite,
  };
}

function readFlap(json: string): FlapMemory {
  const stored = JSON.parse(json) as FlapMemory;
  return { ...stored, said: readSaid(stored.said) };
}
