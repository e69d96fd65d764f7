import { BlockList, isIP } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { type Knock, knock as knockTcp } from '../../../protocol/check/knock.ts';
import type { ProbeFinding, ProbeTask } from '../../../protocol/wire/plan.ts';
import { MAX_PROBE_ADDRESSES, MAX_PROBE_MS, MAX_PROBE_PORTS, parseProbeTask } from '../../../protocol/wire/probe.ts';
import type { TaskKind } from '../kind.ts';
import type { Policy } from '../policy.ts';

export interface ProbeKindOptions {
  /** A clock that never steps back. */
  readonly nowMs?: () => number;
  readonly interfaces?: () => NodeJS.Dict<NetworkInterfaceInfo[]>;
  readonly knock?: (address: string, port: number, signal: AbortSignal) => Promise<Knock>;
}

const MIN_INTERVAL_MS = 1_000;

/**
 * `probe`: whether a neighbour is alive. Whatever the server asks, this machine knocks only on hosts of networks that it is
 * connected to (or that its policy names), on few ports, once a second: a server in wrong hands gains no scanner.
 */
export function createProbeKind(options: ProbeKindOptions = {}): TaskKind<ProbeTask> {
  const { nowMs = () => performance.now(), interfaces = networkInterfaces, knock = knockTcp } = options;
  let permittedAtMs = Number.NEGATIVE_INFINITY;

  const objectionTo = ({ addresses, ports }: ProbeTask, policy: Policy): string | undefined => {
    if (!policy.allows('probe-peers')) return 'The policy of this agent does not allow probe-peers.';
    if (addresses.length > MAX_PROBE_ADDRESSES || ports.length > MAX_PROBE_PORTS)
      return `At most ${MAX_PROBE_ADDRESSES} addresses and ${MAX_PROBE_PORTS} ports are probed.`;
    if (addresses.length === 0 || ports.length === 0) return 'There is no address or no port to probe.';
    const neighbours = neighbourhood(interfaces(), policy.networks);
    const stranger = addresses.find((address) => !isIn(neighbours, address));
    if (stranger !== undefined) return `${stranger.slice(0, 64)} is in no network of this machine.`;
    return nowMs() - permittedAtMs < MIN_INTERVAL_MS ? 'One probe a second is enough.' : undefined;
  };

  return {
    name: 'probe',
    isSerial: false,
    maxFileBytes: 0,
    parse: parseProbeTask,
    objection(task, policy) {
      const objection = objectionTo(task, policy);
      if (objection === undefined) permittedAtMs = nowMs();
      return objection;
    },
    async run({ addresses, ports, timeoutMs }, { signal }): Promise<ProbeFinding> {
      const startedMs = nowMs();
      const found = (outcome: ProbeFinding['outcome'], detail: string): ProbeFinding => ({
        outcome,
        detail,
        tookMs: Math.round(nowMs() - startedMs),
      });
      const over = new AbortController();
      const end = (): void => over.abort();
      signal.addEventListener('abort', end);
      const deadline = setTimeout(end, Math.min(timeoutMs, MAX_PROBE_MS));
      const knocks = addresses.flatMap((address) =>
        ports.map(async (port) => {
          const went = await knock(address, port, over.signal);
          if (went === 'silent') throw new Error('silent');
          return `${hostAndPort(address, port)} ${went === 'connected' ? 'took' : 'refused'} the connection.`;
        }),
      );
      try {
        return found('reached', await Promise.any(knocks));
      } catch {
        const where = `Nothing answered at ${addresses.join(', ')} on port ${ports.join(', ')}.`;
        return found('not_reached', where.slice(0, 300));
      } finally {
        clearTimeout(deadline);
        signal.removeEventListener('abort', end);
        end();
      }
    },
  };
}

/** The networks at the machine's own cables; loopback leads nowhere else. */
function neighbourhood(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>, more: readonly string[]): BlockList {
  const list = new BlockList();
  const own = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, cidr }) => !internal && cidr !== null)
    .map(({ cidr }) => cidr ?? '');
  for (const cidr of [...own, ...more]) {
    const [network = '', prefix = ''] = cidr.split('/');
    list.addSubnet(network, Number(prefix), isIP(network) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

function isIn(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

function hostAndPort(address: string, port: number): string {
  return isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}
