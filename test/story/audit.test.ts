import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { headsIn } from '../../server/platform/store/audit/told.ts';
import { freePort } from '../support/free-port.ts';
import { startHttpReceiver } from '../support/http-receiver.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';
import { startVigia, vigia } from '../support/vigia.ts';

t.test('a server tells its head outside; who cuts the log off later is found by it', async (t) => {
  const dataDir = join(tempDir(t), 'data');
  const receiver = await startHttpReceiver(t, { port: await freePort() });
  const environment = { VIGIA_AUDIT_URL: `${receiver.url}/heads`, VIGIA_NOTIFY_PRIVATE: '1' };
  const make = (site: string) => vigia(['token', 'create', '--client', 'Acme', '--site', site], { dataDir });
  for (const site of ['One', 'Two', 'Three']) t.match(await make(site), { code: 0 });

  const server = await startVigia(t, 'server', { dataDir, environment });
  await until('the head', () => receiver.received.length > 0);
  const [told] = headsIn(receiver.received[0]?.body ?? '');
  t.match(told, { id: 3 });
  await until('the log', () => headsIn(server.log()).length > 0);
  t.same(headsIn(server.log()), [told], 'the log has the same one');
  t.match(await make('Four'), { code: 0 });
  const verify = (heads: string) => vigia(['audit', 'verify', '--heads', '-'], { dataDir, input: heads });
  t.match(await verify(server.log()), { code: 0, stdout: /^4 rows[\s\S]*proven up to row 3\. The tail of 1 row/ });
  const log = server.log();
  // Also without a goodbye.
  await server.stop('SIGKILL');
  t.match(await verify(log), { code: 0 }, 'what was done is in it, also after a kill');

  const database = new DatabaseSync(join(dataDir, 'state.db'));
  database.exec('DROP TRIGGER audit_is_never_deleted; DELETE FROM audit WHERE id > 2; DELETE FROM setting');
  database.close();
  t.match(await vigia(['audit', 'verify'], { dataDir }), { code: 0 }, 'from inside nothing can be seen');
  t.match(await verify(log), { code: 1, stderr: /ends at row 2, but row 3 was told outside/ });
  t.match(await verify(receiver.received.map(({ body }) => body).join('\n')), { code: 1 });
});
