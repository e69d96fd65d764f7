import { join } from 'node:path';
import { type Clocks, Feature, type OpenServerFrame } from '../../protocol/wire/frame.ts';
import type { Measurement } from '../collect/collector.ts';
import type { Log } from '../log/log.ts';
import { createChecks } from './checks/checks.ts';
import { createChecksKind } from './checks/kind.ts';
import { createRunner } from './checks/run-check.ts';
import { createFormerFrames } from './former-frames.ts';
import { anyKind } from './kind.ts';
import { TaskLedger } from './ledger.ts';
import { type ResultLink, TaskOutbox } from './outbox.ts';
import { readPolicy } from './policy.ts';
import { createProbeKind } from './probe/kind.ts';
import { TaskRunner } from './runner.ts';

export interface TasksOptions {
  readonly dataDir: string;
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

/** The tasks of this machine, each kind a folder beside this file. What they may do is decided by `policy.json` alone. */
export async function createTasks({ dataDir, publicKey, deviceId, bootId, clocks, log }: TasksOptions): Promise<Tasks> {
  const policy = () => readPolicy(dataDir);
  const { allows, fault } = policy();
  if (fault !== undefined) log.warn('the policy cannot be understood', { reason: fault });
  const checks = createChecks({ dataDir, publicKey, clocks, log, run: createRunner(dataDir) });
  const probe = createProbeKind();
  const ledger = await TaskLedger.open({ directory: join(dataDir, 'tasks'), asker: deviceId, bootId, clocks, log });
  const outbox = new TaskOutbox({ ledger, log });
  const runner = new TaskRunner({
    kinds: [anyKind(probe), anyKind(createChecksKind(checks))],
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
  const former = createFormerFrames({ probe, checks, policy, log });

  return {
    features: Feature.checks | Feature.tasks | (allows('probe-peers') ? Feature.probe : 0),
    addTo: (measurement) => checks.addTo(measurement),
    opened(link, features) {
      if ((features & Feature.tasks) === 0) outbox.closed();
      else outbox.opened(link);
    },
    take(frame, link) {
      if (frame.type === 'task') runner.take(frame);
      else if (frame.type === 'task_taken') outbox.taken(Buffer.from(frame.id).toString('hex'));
      else former.take(frame, (answer) => link.send(answer));
    },
    stop() {
      runner.stop();
      outbox.closed();
      checks.stop();
    },
  };
}
