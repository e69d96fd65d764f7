import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import t from 'tap';
import { serverEntry, serverEnvironment, serverFlags } from '../../scripts/lib/lean.mjs';

const unit = readFileSync(new URL('../../deploy/vigia-server.service', import.meta.url), 'utf8');
const settings = (name: string) => [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value]) => value);

t.test('the unit runs the server as npx vigia and the measurements do', (t) => {
  const entry = `/opt/vigia/${relative(process.cwd(), serverEntry)}`;
  t.same(settings('ExecStart'), [['/opt/vigia/node_modules/.bin/node', ...serverFlags, entry, 'server'].join(' ')]);
  const environment = Object.entries(serverEnvironment).map(([name, value]) => `${name}=${value}`);
  t.same(settings('Environment'), ['VIGIA_DATA_DIR=/var/lib/vigia', environment.join(' ')]);
  t.end();
});
