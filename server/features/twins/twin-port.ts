import { JUDGED } from '../../../protocol/api/twin.ts';
import { VigiaError } from '../../../protocol/error.ts';
import { noSuch, refused } from '../../../protocol/said/refused.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import type { Act } from '../../core/incidents/act.ts';
import type { ChangeSet } from '../../core/incidents/change-set.ts';
import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import type { KeptReports } from '../../core/twins/kept-reports.ts';
import type { Twin } from '../../core/twins/twin.ts';
import type { TwinRepository } from '../../core/twins/twin-repository.ts';
import { livesOf, newTwin, type Twins } from '../../core/twins/twins.ts';
import type { Actor } from '../../domain/actor.ts';
import { machineReplaced } from '../../fleet/device-memory.ts';
import { note } from '../../fleet/device-notes.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import { requireDevice } from '../../fleet/visible.ts';
import { createMachineViews, isRunOf } from './machine-views.ts';
import type { TwinPort } from './port.ts';

export interface TwinPortOptions {
  readonly twins: Twins;
  readonly twinRepository: TwinRepository;
  readonly kept: KeptReports;
  readonly fleet: Fleet;
  readonly book: IncidentBook;
  readonly act: Act;
  /** Agents' connections. */
  readonly gateway: {
    disconnectRuns(
      record: DeviceRecord,
      isRun: (runId: string) => boolean,
      cause: VigiaError,
      retryInMs?: number,
    ): void;
    isConnected(record: DeviceRecord, isRun: (runId: string) => boolean): boolean;
  };
  /** What a machine told of itself is what its device is. */
  readonly takeInventory: (record: DeviceRecord, json: string) => void;
}

const GIVEN_UP_RETRY_MS = 300_000;

/** Which machines hold the key of a device, and the decision which of them it is. */
export function createTwinPort(options: TwinPortOptions): TwinPort {
  const { twins, twinRepository, kept, fleet, book, gateway } = options;
  const view = createMachineViews(options);

  /** The machine that was judged is one of those that are refused now. */
  function replace(record: DeviceRecord, chosen: Twin, changes: ChangeSet): Twin {
    const { info, memory } = record;
    const { dating } = memory;
    const runs = livesOf(record);
    const before = newTwin(info.id, info.client_id, 'given_up', {
      runs,
      address: record.connection.remoteAddress,
      agentVersion: info.agent_version,
      hostname: info.hostname,
      firstAt: runs[0]?.firstAt ?? info.enrolled_at,
      lastAt: record.connection.lastHeardAt ?? info.enrolled_at,
      dating,
    });
    machineReplaced(memory, [...chosen.facts.runs], chosen.facts.dating ?? dating);
    changes.otherwise(() => machineReplaced(memory, runs, dating));
    return before;
  }

  function settleIncident(record: DeviceRecord, decided: Said, actor: Actor, changes: ChangeSet, at: number): void {
    const open = [...book.openOf(record.info.id)].find(({ rule }) => rule === 'identity.cloned');
    if (!open) return;
    const step = {
      record: { ...open, state: 'resolved', resolvedAt: at, updatedAt: at },
      event: { kind: 'resolved', at, by: actor.name, said: decided },
      notice: { kind: 'resolved', tellAt: at },
    } as const;
    changes.addIncident(record, book.settle(step, open, at));
  }

  return {
    machines: (scope, deviceId) => view(requireDevice(fleet, scope, deviceId)),
    decide: (scope, deviceId, machine, actor) =>
      options.act(actor, 'device.identity.decide', scope, async (changes, at) => {
        const record = requireDevice(fleet, scope, deviceId);
        await kept.flush();
        const { chosen, refused } = choose(twins.of(deviceId), machine);
        const before = chosen && replace(record, chosen, changes);
        const givenUp = before ? [...refused, before] : refused;
        changes.add(
          ...(before ? [twinRepository.saveStatement(before)] : []),
          ...(chosen ? [twinRepository.roleStatement(chosen.id, 'taken')] : []),
          ...refused.flatMap(({ id }) => [
            twinRepository.roleStatement(id, 'given_up'),
            ...twinRepository.dropReportsStatements(id),
          ]),
        );
        const decision = {
          keptReports: chosen?.kept ?? 0,
          droppedReports: refused.reduce((sum, one) => sum + one.kept, 0),
        };
        changes.record(deviceId, { machine, ...decision });
        settleIncident(record, sayDecided(record, chosen, givenUp, decision), actor, changes, at);
        changes.edge(record);
        changes.afterwards(() => {
          note(record, 'clonedAt', null);
          for (const twin of refused) Object.assign(twin, { role: 'given_up', kept: 0, keptBytes: 0 });
          if (before) twins.add(before);
          for (const { facts } of givenUp) {
            const cause = new VigiaError('identity_given_up');
            gateway.disconnectRuns(record, isRunOf(facts.runs), cause, GIVEN_UP_RETRY_MS);
          }
          if (!chosen) return;
          chosen.role = 'taken';
          if (chosen.inventoryJson !== null) options.takeInventory(record, chosen.inventoryJson);
          // Its next connection is that of the device.
          gateway.disconnectRuns(record, isRunOf(chosen.facts.runs), new VigiaError('replaced'));
          kept.takeInLater(chosen, record);
        });
        return decision;
      }),
  };
}

/** @throws VigiaError conflict, not_found */
function choose(twins: readonly Twin[], machine: string): { chosen: Twin | null; refused: Twin[] } {
  const beside = twins.filter(({ role }) => role === 'beside');
  if (beside.length === 0) throw refused('conflict', said('refused.twins.decided'));
  if (twins.some(({ role }) => role === 'taken') && machine !== JUDGED)
    throw refused('conflict', said('refused.twins.taking'));
  const chosen = machine === JUDGED ? null : (beside.find(({ id }) => id === machine) ?? undefined);
  if (chosen === undefined) throw noSuch('machine');
  return { chosen, refused: beside.filter((twin) => twin !== chosen) };
}

function sayDecided(
  { info, connection }: DeviceRecord,
  chosen: Twin | null,
  givenUp: readonly Twin[],
  { keptReports, droppedReports }: { readonly keptReports: number; readonly droppedReports: number },
): Said {
  return said('identity.decided', {
    device: info.name,
    address: chosen ? chosen.facts.address : connection.remoteAddress,
    others: givenUp.map(({ facts }) => facts.address ?? ''),
    keptReports: chosen ? keptReports : null,
    droppedReports,
  });
}
