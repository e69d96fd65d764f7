import t from 'tap';
import { everyClient } from '../../../../server/domain/scope.ts';
import { startHttp } from '../../../support/http.ts';
import { addTenant } from '../../../support/store.ts';

t.test('site card, remote address and tags', async (t) => {
  const server = await startHttp(t);
  const { client, site, device } = await addTenant(server.store, 'Acme');
  const admin = { headers: await server.loggedIn('admin') };
  const ask = (method: string, path: string, body?: unknown) =>
    server.request(method, `/api/v1${path}`, { ...admin, body });

  t.same((await ask('GET', `/sites/${site.id}/card`)).body, {}, 'empty until somebody fills it in');
  const card = { address: 'Main St 1', contacts: [{ name: 'Bo', role: 'IT', phone: '1', email: 'bo@acme.test' }] };
  t.same((await ask('PUT', `/sites/${site.id}/card`, card)).body, card);
  t.same((await ask('GET', `/sites/${site.id}/card`)).body, card);
  t.match(await ask('PUT', `/sites/${site.id}/card`, { colour: 'red' }), { status: 400 });
  t.match(server.ports.calls, ['catalogueChanged']);

  const remoteUrl = 'https://remote.test/{hostname}';
  t.match(await ask('PATCH', `/clients/${client.id}`, { name: 'Acme Ltd', remoteUrl }), {
    status: 200,
    body: { name: 'Acme Ltd' },
  });
  const all = server.store.scoped(everyClient);
  t.equal((await all.clients.get(client.id))?.remote_url, remoteUrl);
  t.match(await ask('PATCH', `/clients/${client.id}`, {}), {
    status: 400,
    body: { error: { message: /"name", "remoteUrl"/ } },
  });
  t.match(await ask('PATCH', `/clients/${client.id}`, { remoteUrl: 'https://x.test/{secret}' }), { status: 400 });
  await addTenant(server.store, 'Other');
  t.match(await ask('PATCH', `/clients/${client.id}`, { name: 'other' }), { status: 409 });

  const { deviceView } = await import('../../../support/ports.ts');
  server.ports.devices.set(device.id, deviceView({ id: device.id, clientId: client.id, siteId: site.id }));
  const patch = (body: unknown) => ask('PATCH', `/devices/${device.id}`, body);
  t.equal((await patch({ tags: ['db', 'prod-2', 'tier.1'], remoteUrl: null, expectedHours: true })).status, 200);
  t.match(await all.devices.get(device.id), {
    tags_json: '["db","prod-2","tier.1"]',
    remote_url: null,
    expected_hours: 1,
  });
  t.equal((await patch({ tags: [] })).status, 200);
  t.match(await all.devices.get(device.id), { tags_json: '[]', expected_hours: 1 });
  const refusals: [unknown, RegExp][] = [
    [{ tags: ['Data Base'] }, /The tag "Data Base" cannot be used/],
    [{ tags: ['db', 'db'] }, /there twice/],
    [{ tags: ['a'.repeat(41)] }, /at most 40/],
    [{ tags: [''] }, /cannot be used/],
    [{ tags: Array.from({ length: 21 }, (_, n) => `t${n}`) }, /"tags"/],
    [{ remoteUrl: 'https://{hostname}/' }, /after the host/],
    [{ remoteUrl: 'http://remote.test/' }, /"remoteUrl"/],
    [{}, /at least one of/],
  ];
  for (const [body, sentence] of refusals) {
    t.match(await patch(body), { status: 400, body: { error: { message: sentence } } }, String(sentence));
  }
});
