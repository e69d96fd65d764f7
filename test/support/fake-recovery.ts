import type { FastifyInstance } from 'fastify';
import type { RecoveryOutlook } from '../../protocol/api/drills.ts';
import type { RecoveryPlanDetail, RecoveryPlanRow, RecoveryStanding } from '../../protocol/api/recovery.ts';
import type { RecoveryAttainment } from '../../protocol/api/recovery-attainment.ts';
import { plain } from '../../protocol/said/plain.ts';
import { noSuch } from '../../protocol/said/refused.ts';
import { type Said, said } from '../../protocol/said/said.ts';
import type { FakeWorld } from './fake-api.ts';

const HOUR_MS = 3_600_000;
const iso = (ms: number) => new Date(ms).toISOString();

type Stage = RecoveryStanding['stage'];

/** A plan of each stage: what would be lost in hours, of how many, and how it is said. */
const stories: readonly (readonly [
  name: string,
  stage: Stage,
  lost: number | null,
  rpo: number | null,
  missed: number,
])[] = [
  ['Orders', 'breached', 30, 24, 1],
  ['Mailboxes', 'at_risk', 50, 72, 2],
  ['Archive', 'blind', null, 24, 0],
  ['Drawings', 'unproven', 11, 26, 0],
  ['Ledger', 'overdue', 25, 48, 1],
  ['Files of the office', 'kept', 3, 26, 0],
  [
    'Photographs of every building site since the beginning of the company, with all of their versions',
    'kept',
    9,
    null,
    0,
  ],
];

/** What is protected in the fake world. */
export function addRecoveryRoutes(app: FastifyInstance, world: FakeWorld): void {
  const plans = stories.map((story, index) => planOf(world, story, index));
  app.get<{ Querystring: { client?: string; device?: string } }>('/api/v1/recovery/plans', ({ query }) => ({
    items: plans.filter(
      ({ clientId, deviceId }) =>
        (query.client === undefined || clientId === query.client) &&
        (query.device === undefined || deviceId === query.device),
    ),
    next: null,
  }));
  app.get<{ Params: { id: string } }>('/api/v1/recovery/plans/:id', ({ params }): RecoveryPlanDetail => {
    const plan = plans.find(({ id }) => id === params.id);
    if (!plan) throw noSuch('recovery-plan');
    return { ...plan, worstCase: null, chain: null, lastRun: null, ping: null };
  });
  addProofRoutes(app, world);
}

/** What drills, runs and periods say, of every plan the same. */
function addProofRoutes(app: FastifyInstance, world: FakeWorld): void {
  const now = world.nowMs();
  const [from, to] = [iso(now - 30 * 24 * HOUR_MS), iso(now)];
  const none = { sentences: [], said: [] };
  app.get<WithId>('/api/v1/recovery/plans/:id/runs', () => ({ items: [] }));
  app.get<WithId>('/api/v1/recovery/drills', () => ({ items: [], next: null }));
  app.get<WithId>('/api/v1/recovery/plans/:id/attainment', ({ params }): RecoveryAttainment => {
    const parts = { verifiedMs: 0, unverifiedMs: 700 * HOUR_MS, breachedMs: 20 * HOUR_MS, unknownMs: 0, closedMs: 0 };
    const ratios = { ratio: 0.97222, verifiedRatio: 0, hi: 0.97222, verdict: 'breached' } as const;
    return { planId: params.id, name: 'Files', from, to, ...parts, outsideMs: 0, ...ratios };
  });
  app.get<WithId>(
    '/api/v1/recovery/plans/:id/outlook',
    ({ params }): RecoveryOutlook => ({
      planId: params.id,
      rtoMinutes: 240,
      drills: { target: null, count: 0, last: null, ageMs: null, isOverdue: false, isProven: false, ...none },
      throughput: null,
      restore: {
        ...{ sizeBytes: null, tookMs: null, leastMs: null, mostMs: null },
        ...{ impossibleOn: null, earliest: null, latest: null, noDate: 'young', ...none },
      },
      window: null,
    }),
  );
}

interface WithId {
  Params: { id: string };
}

function planOf(
  world: FakeWorld,
  [name, stage, lost, rpo, missed]: (typeof stories)[number],
  index: number,
): RecoveryPlanRow {
  const now = world.nowMs();
  const machine = index === 5 ? [...world.devices.values()].find((device) => device.name === 'db-1') : undefined;
  const exposureMs = lost === null ? null : lost * HOUR_MS;
  const rpoMs = rpo === null ? null : rpo * HOUR_MS;
  const newestAt = exposureMs === null ? null : now - exposureMs;
  const breachAt = newestAt === null || rpoMs === null ? null : newestAt + rpoMs;
  const dueAt = now + (missed > 0 ? -6 : 9) * HOUR_MS;
  const one = said('recovery.plan', {
    plan: name,
    how: howOf(stage, { exposureMs, rpoMs, dueAt, missed, breachAt, now }),
  });
  return {
    id: `plan-${index}`,
    clientId: machine?.clientId ?? world.clients[index % world.clients.length]?.id ?? '',
    deviceId: machine?.id ?? null,
    serviceId: null,
    name,
    tool: index % 2 === 0 ? 'restic' : 'borg',
    target: { place: index % 2 === 0 ? 'NAS in the cellar' : 'Cloud', isOffSite: index % 2 === 1 },
    rpoMinutes: rpo === null ? null : rpo * 60,
    rtoMinutes: 240,
    rhythm: { kind: 'cron', line: '0 22 * * *' },
    closed: { weekdays: [], dates: [] },
    timeZone: 'UTC',
    durationMinutes: 40,
    graceMinutes: null,
    createdAt: iso(now - 90 * 24 * HOUR_MS),
    rpo: { minutes: rpo === null ? null : rpo * 60, from: rpo === null ? 'none' : 'plan' },
    rto: { minutes: 240, from: 'plan' },
    orphanedAt: null,
    standing: {
      ...{ stage, sentence: plain(one, now), said: one, exposureMs, missed },
      newestAt: newestAt === null ? null : iso(newestAt),
      dueAt: iso(dueAt),
      breachAt: breachAt === null ? null : iso(breachAt),
    },
  };
}

interface How {
  readonly exposureMs: number | null;
  readonly rpoMs: number | null;
  readonly dueAt: number;
  readonly missed: number;
  readonly breachAt: number | null;
  readonly now: number;
}

function howOf(stage: Stage, { exposureMs, rpoMs, dueAt: due, missed, breachAt: breach, now }: How): Said {
  const exposure = exposureMs ?? 0;
  if (stage === 'blind') return said('recovery.blind', { since: now - 30 * HOUR_MS });
  if (stage === 'overdue') return said('recovery.overdue', { due, missed, breach });
  if (stage === 'at_risk') return said('recovery.at-risk', { due, missed, breach });
  if (stage === 'breached') return said('recovery.breached', { exposure, rpo: rpoMs ?? 0, since: breach ?? now });
  if (stage === 'unproven') return said('recovery.unproven', { exposure, rpo: rpoMs });
  return said('recovery.kept', { exposure, rpo: rpoMs, next: due });
}
