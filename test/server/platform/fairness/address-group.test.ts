import t from 'tap';
import { addressGroup } from '../../../../server/platform/fairness/address-group.ts';

t.test('an IPv4 address is one, of IPv6 a whole /64', async (t) => {
  const f = (address: string, group: string): void => void t.equal(addressGroup(address), group, address);
  f('192.0.2.7', '192.0.2.7');
  f('::ffff:192.0.2.7', '192.0.2.7');
  f('::ffff:c000:207', '192.0.2.7');
  f('2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64');
  f('2001:db8:1:2:ffff::', '2001:db8:1:2::/64');
  f('2001:DB8:0001:0002::1', '2001:db8:1:2::/64');
  f('2001:db8:1:3::1', '2001:db8:1:3::/64');
  f('2001:db8::1', '2001:db8:0:0::/64');
  f('fe80::1%eth0', 'fe80:0:0:0::/64');
  f('::1', '0:0:0:0::/64');
  f('::', '0:0:0:0::/64');
  f('nobody', 'nobody');
});
