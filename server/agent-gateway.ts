import type { Logger } from 'pino';
import type { AgentEvents } from './agents.ts';
import type { Certificate } from './certificate.ts';
import type { Config } from './config.ts';
import type { ServerMetrics } from './export/server-metrics.ts';
import type { DeviceRecord } from './fleet/device-record.ts';
import type { Fleet } from './fleet/fleet.ts';
import { Gateway } from './gateway/gateway.ts';
import type { LinkTiming } from './gateway/link.ts';
import type { LiveHub } from './live-hub.ts';
import { type Identity, verifySignature } from './security/identity.ts';
import type { Services } from './services/create-services.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

export interface AgentGatewayOptions {
  readonly fleet: Fleet;
  readonly agents: AgentEvents;
  readonly plans: Services['plans'];
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
  const { fleet, agents, plans, live, identity, certificate, reportIntervalMs, timing, metrics, now, logger } = options;
  return new Gateway<DeviceRecord>({
    registry: {
      find: (publicKey) => fleet.byPublicKey(publicKey),
      id: (record) => record.info.id,
      machineId: (record) => record.info.machine_id,
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
      const onOpen = (): void => plans.opened(record, hello, link);
      return { ...agents.connected(record, hello, link), onOpen };
    },
    onDisconnected: (record, saidGoodbye) => {
      live.healthChanged();
      agents.disconnected(record, saidGoodbye);
      plans.closed(record);
    },
    onCloned: (record, address, which) => agents.cloned(record, address, which),
    onRefused: (code) => metrics.linkRefused(code),
  });
}
