import t from 'tap';
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
  ['https://me:secret@remote.test/', /user name or password/],
];
for (const [template, sentence] of faults) t.match(remoteUrlFault(template), sentence, template);
