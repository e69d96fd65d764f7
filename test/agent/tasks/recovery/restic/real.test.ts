import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { conformsForReal } from '../real-tool.ts';

conformsForReal(t, {
  tool: 'restic',
  init: ['init', '--quiet'],
  backup: (folder) => ['backup', '--quiet', folder],
  backupInput: () => ['backup', '--quiet', '--stdin'],
  backupAhead: (folder) => ['backup', '--quiet', '--time', '2031-06-01 12:00:00', folder],
  prune: [['forget', '--quiet', '--group-by', '', '--keep-last', '1', '--prune']],
  environment: (repository) => ({ RESTIC_REPOSITORY: repository, RESTIC_PASSWORD: 'right' }),
  isLocked: (repository) => readdirSync(join(repository, 'locks')).length > 0,
  many: (count) =>
    JSON.stringify(
      Array.from({ length: count }, (_, n) => ({
        time: new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString(),
        id: n.toString(16).padStart(64, '0'),
        hostname: 'files',
        paths: ['/srv'],
      })),
    ),
  async silent(t) {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => sockets.add(socket.on('error', () => undefined)));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    t.teardown(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return { repository: `rest:http://127.0.0.1:${port}/` };
  },
});
