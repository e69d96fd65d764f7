import type { SourceFault } from '../../../protocol/wire/source-fault.ts';
import { fact, type RecoverySaid } from './facts.ts';

/** Why a plan could not be backed up or looked at. */
export interface PlanFailure {
  readonly planId: string;
  readonly clientId: string;
  readonly deviceId: string;
  /** Null where it has none, such as a folder. */
  readonly repositoryId: string | null;
  readonly fault: SourceFault;
  readonly at: number;
}

/** One reason behind the failures of one client: what one incident is about. */
export interface Cause {
  readonly clientId: string;
  readonly kind: 'repository' | 'device' | 'plan';
  readonly objectId: string;
  readonly fault: SourceFault;
  /** Sorted, each once. */
  readonly planIds: readonly string[];
  readonly deviceIds: readonly string[];
  /** When it was first met. */
  readonly since: number;
  readonly said: RecoverySaid;
}

/** What the repository is to blame for, whoever writes to it; and what the machine is, wherever it writes to. */
const ofRepository: ReadonlySet<SourceFault> = new Set<SourceFault>([
  'repository_missing',
  'repository_locked',
  'repository_full',
  'repository_damaged',
]);
const ofDevice: ReadonlySet<SourceFault> = new Set<SourceFault>(['tool_missing', 'unknown_version']);
/** Of one machine it may be its own line or its own password; of several it is the other end. */
const ofRepositoryIfSeveral: ReadonlySet<SourceFault> = new Set<SourceFault>([
  'unreachable',
  'timeout',
  'wrong_password',
]);

/** Forty machines that fail because one repository is full are one cause. In any order; sorted by client, kind and object. */
export function causesOf(failures: readonly PlanFailure[]): Cause[] {
  const devicesBy = new Map<string, Set<string>>();
  for (const failure of failures) {
    const key = groupKey(failure, 'repository', failure.repositoryId ?? '');
    devicesBy.set(key, (devicesBy.get(key) ?? new Set()).add(failure.deviceId));
  }
  const groups = new Map<string, { blamed: Blamed; failures: PlanFailure[] }>();
  for (const failure of failures) {
    const blamed = blame(failure, (key) => (devicesBy.get(key)?.size ?? 0) > 1);
    const key = groupKey(failure, blamed.kind, blamed.objectId);
    const group = groups.get(key) ?? { blamed, failures: [] };
    group.failures.push(failure);
    groups.set(key, group);
  }
  const sorted = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.flatMap(([, group]) => causeOf(group.blamed, group.failures) ?? []);
}

/** Of which cause the failures of a plan are a part; the one that began first. Undefined: of none. */
export function causeOfPlan(causes: readonly Cause[], planId: string): Cause | undefined {
  return causes.filter(({ planIds }) => planIds.includes(planId)).sort((a, b) => a.since - b.since)[0];
}

interface Blamed {
  readonly kind: Cause['kind'];
  readonly objectId: string;
}

function blame(failure: PlanFailure, isOfSeveral: (key: string) => boolean): Blamed {
  const { fault, repositoryId, deviceId, planId } = failure;
  if (repositoryId !== null) {
    const several = ofRepositoryIfSeveral.has(fault) && isOfSeveral(groupKey(failure, 'repository', repositoryId));
    if (ofRepository.has(fault) || several) return { kind: 'repository', objectId: repositoryId };
  }
  return ofDevice.has(fault) ? { kind: 'device', objectId: deviceId } : { kind: 'plan', objectId: planId };
}

/** Names from outside are kept apart by what JSON makes of them. */
function groupKey({ clientId, fault }: PlanFailure, kind: Cause['kind'], objectId: string): string {
  return JSON.stringify([clientId, kind, objectId, fault]);
}

function causeOf({ kind, objectId }: Blamed, failures: readonly PlanFailure[]): Cause | null {
  const [first] = failures;
  if (first === undefined) return null;
  const { clientId, fault } = first;
  const planIds = [...new Set(failures.map(({ planId }) => planId))].sort();
  const deviceIds = [...new Set(failures.map(({ deviceId }) => deviceId))].sort();
  const since = Math.min(...failures.map(({ at }) => at));
  const said = fact('recovery.cause', { object: objectId, kind, why: fault, plans: planIds.length, since });
  return { clientId, kind, objectId, fault, planIds, deviceIds, since, said };
}
