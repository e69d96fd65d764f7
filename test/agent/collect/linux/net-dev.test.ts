import t from 'tap';
import { isRealInterface, parseNetDev } from '../../../../agent/collect/linux/net-dev.ts';
import { fixture } from '../fixture.ts';

const names = (path: string) => parseNetDev(fixture(path), isRealInterface).map((each) => each.name);

t.test('this machine: loopback and ifb are passed over', async (t) => {
  t.same(names('machine/proc/net/dev'), ['eth0']);
  t.same(names('container/proc/net/dev'), [], 'a container without a network');
});

t.test('an old kernel leaves no blank after the colon', async (t) => {
  t.same(parseNetDev(fixture('old-kernel/proc/net/dev'), isRealInterface), [
    { name: 'eth0', rxBytes: 123456789012, rxErrors: 3, txBytes: 987654321, txErrors: 4 },
    { name: 'bond0.100', rxBytes: 7, rxErrors: 0, txBytes: 8, txErrors: 0 },
  ]);
});

t.test('which interfaces count', async (t) => {
  for (const name of [
    'eth0',
    'enp3s0',
    'wlan0',
    'bond0',
    'bond0.100',
    'br0',
    'vmbr0',
    'wg0',
    'tun0',
    'ppp0',
    'ib0',
    'wwan0',
    'br-lan',
    'br-ex',
    ...['green0', 'greatlakes0', 'weaver0', 'sitelink0', 'tapestry0', 'vipnet1', 'locast0', 'dockside0', 'cnidus1'],
    ...['lxcorp', 'calidus0', 'kube-lan', 'vxlan', 'vifor0', 'dummyload0', 'gre-paris', 'ovs-lan', 'gretel0', 'veth'],
    // Made by hand, in the names that the kernel proposes behind those of its own.
    ...['gre1', 'gretap1', 'erspan1', 'sit1', 'tunl1', 'ip6tnl1', 'ip_vti1', 'ip6_vti1', 'ip6gre1', 'ip6gretap0'],
    ...['tap0', 'tap12', 'vxlan0', 'vxlan100', 'br-decade', 'br-facade'],
  ]) {
    t.ok(isRealInterface(name), name);
  }
  for (const name of [
    '',
    'lo',
    'veth1a2b',
    'docker0',
    'docker_gwbridge',
    'virbr0',
    'vnet3',
    'fwpr100p0',
    ...['gre0', 'gretap0', 'erspan0', 'sit0', 'tunl0', 'dummy0', 'ifb1', 'ip6tnl0', 'ip_vti0', 'ip6_vti0', 'teql0'],
    ...[
      'weave',
      'vethwe-bridge',
      'vethQWERTY',
      'veth100i0',
      'cni0',
      'flannel.1',
      'vxlan.calico',
      'vxlan_sys_4789',
      'vxlan-1005',
    ],
    ...['cali0123456789a', 'lxc0a1b2c3d4e5f', 'cilium_host', 'kube-ipvs0', 'vif1.0', 'tap100i0', 'virbr0-nic'],
    ...['tap0a1b2c3d-4e', 'qbr0a1b2c3d-4e', 'podman0', 'br-0123456789ab', 'ovs-system', 'nerdctl0', 'macvtap0'],
  ]) {
    t.notOk(isRealInterface(name), name);
  }
});

t.test('lines that make no sense are passed over', async (t) => {
  t.same(
    parseNetDev('eth0: 1 2 3\neth1: a b c d e f g h i j k l\nrubbish\n:\n', () => true),
    [],
  );
});
