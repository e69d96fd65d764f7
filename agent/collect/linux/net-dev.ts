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
 * Bonds, VLANs, hand-made bridges (br0, vmbr0, br-lan), tunnels (wg0, tun0, tap0, gre1) and a container's own eth0 do count.
 *
 * Each is a whole name as its maker shapes it, never a prefix: people call theirs green0, weaver0 and sitelink0.
 */
const passedOver = new RegExp(
  `^(${[
    'lo',
    // Containers: Docker, Podman, nerdctl, LXC, CNI and the networks of Kubernetes.
    'veth([0-9a-f]+|[0-9A-Za-z]{6}|[0-9]+i[0-9]+)(@.*)?|vethwe[-0-9a-z]*|weave',
    'docker[0-9]+|docker_gwbridge|br-[0-9a-f]{12}|(podman|nerdctl|cni)[0-9]+|cni-podman[0-9]+',
    'lxc[0-9a-f]{8,12}|lxc_health|lxcbr[0-9]+',
    'cali[0-9a-f]{11}|vxlan(-v6)?\\.calico|cilium_[a-z0-9]+|azv[0-9a-f]{11}',
    'flannel[0-9]*|flannel(-v6)?\\.[0-9]+|flannel-wg(-v6)?|kube-(ipvs0|bridge|dummy-if)',
    'vxlan-[0-9]+|vxlan_sys_[0-9]+',
    // Virtual machines: libvirt, QEMU, Xen, Proxmox, OpenStack, Open vSwitch.
    'virbr[0-9]+(-nic)?|vnet[0-9]+|macvtap[0-9]+|tap[0-9]+i[0-9]+|vif[0-9]+\\.[0-9]+(-emu)?',
    '(tap|qbr|qvb|qvo)[0-9a-f]{8}-[0-9a-f]{2}|fw(br|ln|pr)[0-9]+[ip][0-9]+|ovs-(system|netdev)|br-(int|tun)',
    // What the kernel makes as soon as it knows a kind of tunnel: always number 0, which can be no other's.
    '(tunl|sit|ip6tnl|gre|gretap|erspan|ip_vti|ip6_vti|ip6gre)0',
    // What carries nothing of its own.
    '(ifb|dummy|teql|nlmon)[0-9]+|ifb4.*',
  ].join('|')})$`,
);

export function isRealInterface(name: string): boolean {
  return name !== '' && !passedOver.test(name);
}
