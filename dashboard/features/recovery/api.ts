import type {
  RecoveryPlanDetail,
  RecoveryPlanInput,
  RecoveryPlanPreview,
  RecoveryPlanRow,
} from '../../../protocol/api/recovery.ts';
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
  remove: (id: string) => request<void>('DELETE', plan(id)),
};
