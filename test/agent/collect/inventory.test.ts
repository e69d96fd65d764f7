import { fileURLToPath } from 'node:url';
import t from 'tap';
import { collectInventory } from '../../../agent/collect/inventory.ts';
import { NOT_PERMITTED } from '../../../protocol/wire/inventory.ts';

const child = fileURLToPath(new URL('../../../agent/collect/inventory-child.ts', import.meta.url));
const run = (script: string, timeoutMs = 20_000) =>
  collectInventory({ command: [process.execPath, '-e', script], timeoutMs });

t.test('this machine', { timeout: 400_000 }, async (t) => {
  const inventory = await collectInventory({ command: [process.execPath, child, '1.2.3'], timeoutMs: 50_000 });
  t.match(inventory, { agentVersion: '1.2.3', platform: process.platform, architecture: process.arch });
  t.ok(inventory.osName && inventory.kernel && inventory.hostname);
  t.ok(inventory.memoryBytes > 0 && inventory.cpuThreads > 0);
  if (process.platform === 'linux' && process.getuid?.() !== 0) t.equal(inventory.serial, NOT_PERMITTED);
});

t.test('a child sees only a fixed environment', async (t) => {
  // Those that the test runner itself puts into every child do not count.
  const names = 'Object.keys(process.env).filter((n) => !/^_TAPJS|^NODE_OPTIONS$|^__CF_/.test(n)).sort().join(" ")';
  await t.rejects(run(`console.error(${names}); process.exit(3)`), {
    code: 'internal',
    message: 'The inventory could not be taken: LC_ALL PATH.',
  });
});

t.test('what can go wrong', async (t) => {
  await t.rejects(collectInventory({ command: [], timeoutMs: 1000 }), { code: 'internal' });
  await t.rejects(collectInventory({ command: ['/nowhere/node'], timeoutMs: 1000 }), {
    code: 'internal',
    message: /ENOENT/,
  });
  await t.rejects(run('setInterval(() => {}, 1000)', 300), { code: 'internal', message: /longer than 300 ms/ });
  await t.rejects(run('setInterval(() => process.stdout.write("x".repeat(65536)), 1)'), { code: 'internal' });
  await t.rejects(run('console.log("{}")'), { code: 'frame_malformed' });
  await t.rejects(run('console.log("nonsense")'), { code: 'frame_malformed', message: /not JSON/ });
});
