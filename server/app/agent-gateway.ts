import type { Logger } from 'pino';
import type { HelloFrame } from '../../protocol/wire/frame.ts';
import type { TaskDesk } from '../core/tasks/desk.ts';
import type { Twin } from '../core/twins/twin.ts';
import type { Twins } from '../core/twins/twins.ts';
import type { AgentEvents } from '../edge/agents/agents.ts';
import { Gateway } from '../edge/gateway/gateway.ts';
import type { LinkTiming } from '../edge/gateway/link-terms.ts';
import type { LiveHub } from '../edge/live/live-hub.ts';
import type { Services } from '../features/services/create-services.ts';
import type { DeviceRecord } from '../fleet/device-record.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { ServerMetrics } from '../platform/metrics/server-metrics.ts';
import type { TrustedProxies } from '../platform/net/trusted-proxies.ts';
import type { Certificate } from '../platform/security/certificate.ts';
import { type Identity, verifySignature } from '../platform/security/identity.ts';
import type { Config } from './config/config.ts';

export interface AgentGatewayOptions {
  readonly fleet: Fleet;
  readonly agents: AgentEvents;
  readonly twins: Twins;
  readonly plans: Services['plans'];
  readonly tasks: TaskDesk;
  readonly live: LiveHub;
  readonly identity: Identity;
  readonly certificate: Certificate;
  readonly reportIntervalMs: Config['reportIntervalMs'];
  readonly timing: Partial<LinkTiming> | undefined;
  readonly proxies: TrustedProxies;
  readonly metrics: Pick<ServerMetrics, 'linkRefused'>;
  readonly now: () => number;
  readonly logger: Logger;
}

/** The gateway with the fleet behind it: who may come in, by which proof of ours, and who is told when agents come and go. */
export function createAgentGateway(options: AgentGatewayOptions): Gateway<DeviceRecord> {
  const {
    fleet,
    agents,
    twins,
    plans,
    tasks,
    live,
    identity,
    certificate,
    reportIntervalMs,
    timing,
    metrics,
    now,
    logger,
  } = options;
  /** Of those that are being let in. */
  const placed = new WeakMap<HelloFrame, Twin>();
  return new Gateway<DeviceRecord>({
    registry: {
      find: (publicKey) => fleet.byPublicKey(publicKey),
      id: (record) => record.info.id,
      machineId: (record) => record.info.machine_id,
      place(record, hello, address) {
        const { twin, isNews } = twins.place(record, hello, address);
        if (twin) placed.set(hello, twin);
        return { isBeside: twin !== null, isNews };
      },
      intervalMs: (record) => reportIntervalMs[record.info.kind],
    },
    proof: {
      publicKey: identity.publicKey,
      sign: (message) => identity.sign(message),
      certificateHash: () => certificate.current()?.certificateHash ?? new Uint8Array(0),
    },
    verify: verifySignature,
    addressOf: options.proxies.addressOf,
    now,
    logger,
    ...(timing && { timing }),
    onConnected: (record, hello, link) => {
      live.healthChanged();
      const onOpen = (): void => {
        plans.opened(record);
        tasks.opened(record);
      };
      return { ...agents.connected(record, hello, link), onOpen };
    },
    onBeside(record, hello, link) {
      const twin = placed.get(hello);
      if (!twin) throw new Error('A machine is beside another and has no place there.');
      return agents.beside(record, twin, hello, link);
    },
    onDisconnected: (record, saidGoodbye) => {
      live.healthChanged();
      agents.disconnected(record, saidGoodbye);
    },
    onCloned: (record, address, which) => agents.cloned(record, address, which),
    onRefused: (code) => metrics.linkRefused(code),
  });
}
