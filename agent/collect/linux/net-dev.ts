import { words } from './files.ts';

export interface InterfaceCounters {
  readonly name: string;
  readonly rxBytes: number;
  readonly rxErrors: number;
  readonly txBytes: number;
  readonly txErrors: number;
}

/** /proc/net/dev (proc_pid_net(5)), only the interfaces that `keep` names. Lines that make no sense are passed over. */
export function parseNetDev(text: string, keep: (name: string) => boolean): readonly InterfaceCounters[] {
  const interfaces: InterfaceCounters[] = [];
  for (const line of text.split('\n')) {
    // Old kernels leave no blank after the colon: "eth0:123".
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const name = line.slice(0, colon).trim();
    if (!keep(name)) continue;
    const columns = words(line.slice(colon + 1)).map(Number);
    const [rxBytes, , rxErrors, , , , , , txBytes, , txErrors] = columns;
    if (rxBytes === undefined || rxErrors === undefined || txBytes === undefined || txErrors === undefined) continue;
    if (!Number.isFinite(rxBytes + rxErrors + txBytes + txErrors)) continue;
    interfaces.push({ name, rxBytes, rxErrors, txBytes, txErrors });
  }
  return interfaces;
}

/**
 * Interfaces whose traffic is nobody's but the machine's own, or is counted once more on the interface that carries it
 * out: the host's ends of containers and virtual machines come and go with them, and would change the schema each time.
 * Bonds, VLANs, hand-made bridges (br0, vmbr0), tunnels (wg0, tun0) and a container's own eth0 do count.
 */
const passedOver = [
  ...[
    'veth',
    'docker',
    'br-',
    'podman',
    'cni',
    'nerdctl',
    'cali',
    'flannel',
    'cilium',
    'lxc',
    'kube-',
    'azv',
    'weave',
    'vxlan',
  ],
  ...['virbr', 'vnet', 'tap', 'macvtap', 'vif', 'fwbr', 'fwln', 'fwpr', 'ovs-'],
  ...['ifb', 'dummy', 'sit', 'tunl', 'ip6tnl', 'gre', 'erspan', 'ip_vti', 'ip6_vti', 'ip6gre', 'teql', 'nlmon'],
];

export function isRealInterface(name: string): boolean {
  return name !== '' && name !== 'lo' && !passedOver.some((prefix) => name.startsWith(prefix));
}
