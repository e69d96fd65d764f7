import t from 'tap';
import { plain } from '../../../protocol/said/plain.ts';
import { said } from '../../../protocol/said/said.ts';
import { remoteUrl, remoteUrlFault } from '../../../server/domain/remote-url.ts';

const fields = { hostname: 'srv 1/ü?&#', name: 'Server 1', device: 'srv-1', client: 'acme', site: 'main' };

t.equal(
  remoteUrl('https://remote.test/{client}/{site}?host={hostname}&id={device}&name={name}', fields),
  'https://remote.test/acme/main?host=srv%201%2F%C3%BC%3F%26%23&id=srv-1&name=Server%201',
  'values stay one part of the address',
);

for (const template of [
  'https://remote.test/{hostname}',
  'https://remote.test:8443/#/{device}',
  'https://remote.test',
  'https://[2001:db8::1]/{hostname}',
]) {
  t.equal(remoteUrlFault(template), null, template);
}

const faults: [string, RegExp][] = [
  ['http://remote.test/{hostname}', /start with https/],
  ['javascript:alert(1)', /start with https/],
  ['https://', /name a host/],
  ['https://remote.test/{password}', /"\{password\}"/],
  ['https://remote.test/{hostname', /"\{hostname"/],
  ['https://{hostname}.remote.test/', /after the host/],
  ['https://remote.test:{device}/', /name a host|after the host/],
  ['https:///{hostname}/', /name a host/],
  ['https:////{hostname}/', /name a host/],
  ['https:/{hostname}/', /name a host/],
  ['https:{hostname}/', /name a host/],
  ['https:\\\\{hostname}/', /backslashes/],
  ['https:/\\{hostname}/', /backslashes/],
  ['https://\t/{hostname}/', /spaces/],
  ['https://\n{hostname}/', /spaces/],
  ['https://remote.test\\@{hostname}/', /backslashes/],
  ['https://remote.test@{hostname}/', /after the host/],
  ['https://{name}:{hostname}@remote.test/', /user name or password/],
  ['https://:secret@remote.test/', /user name or password/],
  ['https://me:secret@remote.test/', /user name or password/],
];
for (const [template, sentence] of faults)
  t.match(plain(remoteUrlFault(template) ?? said('nothing'), 0), sentence, template);

for (const [template] of faults)
  t.equal(remoteUrl(template, fields), null, `${template} opens nothing, should it be kept`);

for (const hostname of ['..', '.', '//evil.test', '\\\\evil.test', '@evil.test', 'evil.test#', '\u202Eevil']) {
  const url = new URL(remoteUrl('https://remote.test/a/{hostname}/b?c={hostname}', { ...fields, hostname }) ?? '');
  t.equal(url.host, 'remote.test', hostname);
  t.match(url.pathname, /^\/a\/[^/]+\/b$/, hostname);
}
