import type { CheckInput, CheckTarget } from '../../../../protocol/api/service.ts';
import type { PlannedCheck } from '../../../../protocol/wire/plan.ts';
import type { DeviceRecord } from '../../../fleet/device-record.ts';
import type { Row } from '../../../platform/store/tables.ts';

/** A check as the server holds it in memory. */
export interface CheckDefinition extends CheckInput {
  readonly id: string;
  readonly createdAt: number;
  readonly createdBy: string;
  /** Removed ones stay: the past of services is made of them. */
  readonly removedAt: number | null;
}

export function toDefinition(row: Row<'check_definition'>): CheckDefinition {
  return {
    ...(JSON.parse(row.document_json) as CheckInput),
    id: row.id,
    clientId: row.client_id,
    deviceId: row.device_id,
    name: row.name,
    createdAt: row.created_at,
    createdBy: row.created_by,
    removedAt: row.removed_at,
  };
}

export function toDocument({ clientId, deviceId, name, ...rest }: CheckInput): string {
  const { target, intervalSeconds, timeoutSeconds, forSeconds, priority } = rest;
  return JSON.stringify({ clientId, deviceId, name, target, intervalSeconds, timeoutSeconds, forSeconds, priority });
}

/** How often results come: no more often than the reports that carry them. */
export function everyMs({ intervalSeconds }: CheckInput, reportIntervalMs: number): number {
  return Math.max(intervalSeconds * 1000, reportIntervalMs);
}

/** What the agent is asked for. The certificate's days are the server's business. */
export function toPlanned(check: CheckDefinition): PlannedCheck {
  const { id, target, intervalSeconds, timeoutSeconds } = check;
  return { id, target, intervalMs: intervalSeconds * 1000, timeoutMs: timeoutSeconds * 1000 };
}

/** True if the check looks at the machine that runs it: then it is down whenever that machine is. */
export function isOfItsHost(target: CheckTarget, host: Pick<DeviceRecord['info'], 'hostname'>): boolean {
  if (target.kind === 'process' || target.kind === 'unit') return true;
  const name = (target.kind === 'tcp' ? target.host : new URL(target.url).hostname).toLowerCase();
  return /^(localhost|127\..*|\[?::1\]?)$/.test(name) || name === host.hostname.toLowerCase();
}
