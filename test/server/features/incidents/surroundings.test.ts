import t from 'tap';
import { typed } from '../../../../protocol/said/said.ts';
import { toRecord } from '../../../../server/core/incidents/rows.ts';
import { everyClient } from '../../../../server/domain/scope.ts';
import { surroundings } from '../../../../server/features/incidents/surroundings.ts';
import { addTenant, incidentRow, tempStore } from '../../../support/store.ts';

t.test('what stands around an incident', async (t) => {
  const store = await tempStore(t);
  const acme = await addTenant(store, 'Acme');
  const all = store.scoped(everyClient);
  const parent = incidentRow(acme, { device_id: null, key: 'site' });
  const child = incidentRow(acme, { parent_id: parent.id });
  await store.commit([parent, child].map((row) => all.incidents.saveStatement(row)));
  const around = (row: typeof parent) => surroundings(store, everyClient, toRecord(row), 0);

  t.same(await around(parent), {
    children: [
      { id: child.id, sentence: 'Disk / has 1 GB left.', said: typed('Disk / has 1 GB left.'), state: 'open' },
    ],
    reports: [],
    siteCard: null,
    remoteUrl: null,
  });
  await all.sites.setCard(acme.site.id, '{"notes":"Key at reception"}');
  await all.clients.update(acme.client.id, { remoteUrl: 'https://remote.test/{client}/{hostname}' });
  t.match(await around(child), {
    children: [],
    siteCard: { notes: 'Key at reception' },
    remoteUrl: 'https://remote.test/acme/acme-srv',
  });
  await all.devices.update(acme.device.id, { remoteUrl: 'https://own.test/{site}/{device}', name: 'Ä B' });
  t.equal((await around(child)).remoteUrl, 'https://own.test/main/acme-srv', 'its own goes before');
  t.equal((await around(parent)).remoteUrl, null, 'an incident that is not of a device');
});
