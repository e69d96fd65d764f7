import type { DrillTarget, RecoveryDrill, RecoveryDrillInput, RecoveryOutlook } from '../../../protocol/api/drills.ts';
import type { IfLost } from '../../../protocol/api/if-lost.ts';
import type {
  RecoveryPlanDetail,
  RecoveryPlanInput,
  RecoveryPlanPreview,
  RecoveryPlanRow,
} from '../../../protocol/api/recovery.ts';
import type { RecoveryAttainment } from '../../../protocol/api/recovery-attainment.ts';
import type { RecoveryPing, RecoveryRun } from '../../../protocol/api/recovery-point.ts';
import { request, requestAll } from '../../data/api.ts';

const plan = (id: string) => `/recovery/plans/${encodeURIComponent(id)}`;

/** The ways of the API to what is protected. */
export const recovery = {
  /** Those of `client`, or that protect `device` or `service`; all without. */
  plans: (of: Readonly<Record<string, string>> = {}) => requestAll<RecoveryPlanRow>('/recovery/plans', of),
  plan: (id: string) => request<RecoveryPlanDetail>('GET', plan(id)),
  preview: (body: RecoveryPlanInput) => request<RecoveryPlanPreview>('POST', '/recovery/plans/preview', body),
  create: (body: RecoveryPlanInput) => request<RecoveryPlanDetail>('POST', '/recovery/plans', body),
  change: (id: string, body: RecoveryPlanInput) => request<RecoveryPlanDetail>('PUT', plan(id), body),
  attainment: (id: string, fromMs: number, toMs: number) =>
    request<RecoveryAttainment>(
      'GET',
      `${plan(id)}/attainment?from=${new Date(fromMs).toISOString()}&to=${new Date(toMs).toISOString()}`,
    ),
  /** The newest twenty. */
  runs: (id: string) => request<{ items: RecoveryRun[] }>('GET', `${plan(id)}/runs?limit=20`),
  makePing: (id: string) => request<RecoveryPing>('POST', `${plan(id)}/ping`, {}),
  revokePing: (id: string) => request<void>('DELETE', `${plan(id)}/ping`),
  /** The newest hundred. */
  drills: (planId: string) => requestAll<RecoveryDrill>('/recovery/drills', { plan: planId }, { size: 100, most: 1 }),
  recordDrill: (body: RecoveryDrillInput) => request<RecoveryDrill>('POST', '/recovery/drills', body),
  outlook: (planId: string) => request<RecoveryOutlook>('GET', `${plan(planId)}/outlook`),
  setDrillTarget: (planId: string, body: DrillTarget) =>
    request<DrillTarget>('PUT', `${plan(planId)}/drill-target`, body),
  ifLost: (kind: 'devices' | 'services', id: string) =>
    request<IfLost>('GET', `/${kind}/${encodeURIComponent(id)}/if-lost`),
  remove: (id: string) => request<void>('DELETE', plan(id)),
};
