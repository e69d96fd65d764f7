import { join } from 'node:path';
import { type Clocks, Feature, type OpenServerFrame } from '../../protocol/wire/frame.ts';
import type { Measurement } from '../collect/collector.ts';
import type { Log } from '../log/log.ts';
import { features } from './features.ts';
import { TaskLedger } from './ledger.ts';
import { type ResultLink, TaskOutbox } from './outbox.ts';
import { readPolicy } from './policy.ts';
import { TaskRunner } from './runner.ts';

export interface TasksOptions {
  readonly dataDir: string;
  readonly recoveryFile: string;
  readonly publicKey: Uint8Array;
  /** The id of the device that this agent is. */
  readonly deviceId: string;
  readonly bootId: string;
  readonly clocks: () => Clocks;
  readonly log: Log;
}

/** All that a server may ask of this agent beyond its reports. */
export interface Tasks {
  /** What the agent asks the server for, as bits. */
  readonly features: number;
  /** The measurement with what standing tasks found behind it. */
  addTo(measurement: Measurement): Measurement;
  opened(link: ResultLink, features: number): void;
  take(frame: Exclude<OpenServerFrame, { type: 'ack' }>, link: ResultLink): void;
  stop(): void;
}

/** The tasks of this machine, by the list of features.ts. What they may do is decided by `policy.json` alone. */
export async function createTasks(options: TasksOptions): Promise<Tasks> {
  const { dataDir, recoveryFile, publicKey, deviceId, bootId, clocks, log } = options;
  const policy = () => readPolicy(dataDir);
  const { fault } = policy();
  if (fault !== undefined) log.warn('the policy cannot be understood', { reason: fault });
  const made = features.map((create) => create({ dataDir, recoveryFile, publicKey, clocks, log, policy }));
  const ledger = await TaskLedger.open({ directory: join(dataDir, 'tasks'), asker: deviceId, bootId, clocks, log });
  const outbox = new TaskOutbox({ ledger, log });
  const runner = new TaskRunner({
    kinds: made.map(({ kind }) => kind),
    ledger,
    policy,
    clocks,
    log,
    offer(id) {
      ledger.wanted(id);
      outbox.offer();
    },
    decline: (id, result) => outbox.decline(id, result),
  });

  return {
    features: made.reduce<number>((bits, { former }) => bits | (former?.bits ?? 0), Feature.tasks),
    addTo: (measurement) => made.reduce((all, feature) => feature.addTo?.(all) ?? all, measurement),
    opened(link, features) {
      if ((features & Feature.tasks) === 0) outbox.closed();
      else outbox.opened(link);
    },
    take(frame, link) {
      if (frame.type === 'task') runner.take(frame);
      else if (frame.type === 'task_taken') outbox.taken(Buffer.from(frame.id).toString('hex'));
      else {
        const asked = made.find(({ former }) => former?.type === frame.type);
        asked?.former?.take(frame.json, (answer) => link.send(answer));
      }
    },
    stop() {
      runner.stop();
      outbox.closed();
      for (const feature of made) feature.stop?.();
    },
  };
}
