import { JUDGED, type TwinMachine, type TwinMachines } from '../../../protocol/api/twin.ts';
import type { KeptReports } from '../../core/twins/kept-reports.ts';
import type { Twin } from '../../core/twins/twin.ts';
import { livesOf, type Twins } from '../../core/twins/twins.ts';
import type { Dating } from '../../domain/dating.ts';
import type { Life } from '../../domain/lives.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';

export interface MachineViewNeeds {
  readonly twins: Twins;
  readonly kept: KeptReports;
  /** Agents' connections. */
  readonly gateway: { isConnected(record: DeviceRecord, isRun: (runId: string) => boolean): boolean };
}

/** The machines that hold the key of a device, the judged one first. */
export function createMachineViews({ twins, kept, gateway }: MachineViewNeeds): (record: DeviceRecord) => TwinMachines {
  function view(record: DeviceRecord): TwinMachines {
    const all = twins.of(record.info.id);
    return { isUndecided: twins.isUndecided(record.info.id), machines: [judged(record, all), ...all.flatMap(other)] };

    function other(twin: Twin): TwinMachine[] {
      const { id, role, facts } = twin;
      if (role === 'taken') return [];
      return [
        {
          id,
          role,
          hostname: facts.hostname,
          address: facts.address,
          agentVersion: facts.agentVersion,
          bootAt: bootAt(facts.dating),
          firstSeenAt: iso(facts.firstAt),
          lastSeenAt: iso(facts.lastAt),
          isConnected: gateway.isConnected(record, isRunOf(facts.runs)),
          keptReports: twin.kept,
          isFull: role === 'beside' && kept.isFull(twin),
        },
      ];
    }
  }

  function judged(record: DeviceRecord, all: readonly Twin[]): TwinMachine {
    const { info, memory } = record;
    const first = livesOf(record)[0];
    return {
      id: JUDGED,
      role: 'judged',
      hostname: info.hostname,
      address: record.connection.remoteAddress,
      agentVersion: info.agent_version,
      bootAt: bootAt(memory.dating),
      firstSeenAt: first ? iso(first.firstAt) : null,
      lastSeenAt: record.connection.lastHeardAt === null ? null : iso(record.connection.lastHeardAt),
      isConnected: record.connection.isConnected,
      keptReports: all.reduce((sum, twin) => sum + (twin.role === 'taken' ? twin.kept : 0), 0),
      isFull: false,
    };
  }

  return view;
}

/** Whether a run is one of these. */
export function isRunOf(runs: readonly Life[]): (runId: string) => boolean {
  const ids = new Set(runs.map(({ runId }) => runId));
  return (runId) => ids.has(runId);
}

function bootAt(dating: Dating | null): string | null {
  return dating === null ? null : iso(dating.bootOffsetMs);
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
