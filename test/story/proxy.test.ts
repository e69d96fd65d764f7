import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import t, { type Test } from 'tap';
import { WebSocket } from 'ws';
import { AGENT_SUBPROTOCOL } from '../../protocol/api/enrolment.ts';
import { findProgram } from '../../scripts/lib/system.mjs';
import { freePort } from '../support/free-port.ts';
import { startServer } from '../support/story.ts';
import { agentCommand, runAgentCommand } from '../support/story-agent.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

const page = readFileSync(new URL('../../docs/proxy.md', import.meta.url), 'utf8');
const documented = /```nginx\n([\s\S]*?)```/.exec(page)?.[1] ?? '';

/** The real nginx with the configuration of the manual; only names, ports and files are those of the test. */
async function startNginx(t: Test, to: string, change: (text: string) => string = (text) => text) {
  const dir = tempDir(t);
  const names = [{ name: 'commonName', value: '127.0.0.1' }];
  const { private: key, cert } = await generate(names, {
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });
  writeFileSync(join(dir, 'cert.pem'), cert);
  writeFileSync(join(dir, 'key.pem'), key);
  mkdirSync(join(dir, 'temp'));
  const port = await freePort();
  const block = documented
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replace('/etc/ssl/vigia.pem', join(dir, 'cert.pem'))
    .replace('/etc/ssl/vigia.key', join(dir, 'key.pem'))
    .replace('http://127.0.0.1:8420', to);
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((of) => `${of}_temp_path ${dir}/temp/${of};`);
  const config = `daemon off; worker_processes 1; pid ${dir}/pid; error_log stderr;
    events { worker_connections 4096; }
    http { access_log off; ${temp.join(' ')} ${change(block)} }`;
  writeFileSync(join(dir, 'nginx.conf'), config);
  const nginx = spawn(findProgram('nginx') ?? 'nginx', ['-e', 'stderr', '-p', dir, '-c', join(dir, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  nginx.stderr.on('data', (chunk) => {
    said += chunk;
  });
  t.teardown(() => stop(nginx));
  const url = `https://127.0.0.1:${port}`;
  await until('nginx to listen', async () => {
    if (nginx.exitCode !== null) throw new Error(`nginx ended: ${said}`);
    const socket = connect(port, '127.0.0.1');
    const stands = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    return stands;
  });
  return { url, authority: join(dir, 'cert.pem') };
}

async function stop(nginx: ChildProcess): Promise<void> {
  if (nginx.exitCode !== null) return;
  nginx.kill('SIGTERM');
  await once(nginx, 'exit');
}

t.test('through nginx as the manual has it: enrolment, link, pages, and whose address counts', async (t) => {
  const port = await freePort();
  const { url, authority } = await startNginx(t, `http://127.0.0.1:${port}`);
  const environment = { VIGIA_PORT: String(port), VIGIA_PUBLIC_URL: url, VIGIA_TRUSTED_PROXIES: '127.0.0.1' };
  const server = await startServer(t, { environment });
  const dataDir = tempDir(t);
  const own = { NODE_EXTRA_CA_CERTS: authority };
  const args = ['enroll', '--server', url, '--token', await server.token('server'), '--data-dir', dataDir, '--json'];
  const { code, stdout, stderr } = await runAgentCommand(args, own);
  t.equal(code, 0, stderr);
  const { deviceId } = JSON.parse(stdout);
  const [program, ...rest] = agentCommand(['run', '--data-dir', dataDir]);
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...own };
  const agent = spawn(program, rest, { env, stdio: 'ignore' });
  t.teardown(() => agent.kill('SIGKILL'));
  await server.untilDevice(deviceId, 'is up', ({ state, lastReportAt }) => state === 'up' && lastReportAt !== null);

  const dial = (path: string, options: object) => {
    const socket = new WebSocket(url.replace('https', 'wss') + path, AGENT_SUBPROTOCOL, {
      rejectUnauthorized: false,
      ...options,
    });
    t.teardown(() => socket.terminate());
    socket.on('error', () => undefined);
    return socket;
  };
  const refusal = async (path: string, options: object): Promise<number> => {
    const [, response] = await once(dial(path, options), 'unexpected-response');
    return response.statusCode;
  };
  const stranger = dial('/agent', { localAddress: '127.0.0.9' });
  await once(stranger, 'open');
  stranger.send(Buffer.of(0xff));
  const line = await until('the log to say who it was', () =>
    server.log.find(({ code }) => code === 'frame_malformed'),
  );
  t.equal(line.address, '127.0.0.9', 'the address that the proxy names, not the proxy');
  const liar = dial('/agent', { localAddress: '127.0.0.9', headers: { 'x-forwarded-for': '203.0.113.1' } });
  await once(liar, 'open');
  t.equal(await refusal('/live', { origin: url }), 401, 'our own page gets as far as its login');
  t.equal(await refusal('/live', { origin: 'https://evil.test' }), 403);
  t.equal(await refusal('/agent', { origin: 'https://evil.test' }), 403, 'pages of other sites are no agents');
});

t.test('a proxy that does not pass WebSockets on: enrolling says so, and uses nothing up', async (t) => {
  const port = await freePort();
  const to = `http://127.0.0.1:${port}`;
  const plain = await startNginx(t, to, (text) => text.replace(/proxy_set_header (?:Upgrade|Connection) .*;/g, ''));
  const good = await startNginx(t, to);
  const server = await startServer(t, { environment: { VIGIA_PORT: String(port), VIGIA_PUBLIC_URL: good.url } });
  const dataDir = tempDir(t);
  const token = await server.token('server');
  const enrol = (url: string, authority: string) =>
    runAgentCommand(['enroll', '--server', url, '--token', token, '--data-dir', dataDir, '--json'], {
      NODE_EXTRA_CA_CERTS: authority,
    });
  const refused = await enrol(plain.url, plain.authority);
  t.equal(refused.code, 1);
  t.match(JSON.parse(refused.stdout), {
    error: { code: 'no_websocket', message: /^The proxy at 127\.0\.0\.1:\d+ does not pass WebSockets on/ },
  });
  t.equal((await server.get('/api/v1/devices')).items.length, 0);
  t.equal((await enrol(good.url, good.authority)).code, 0, 'the same token, once it does');
});
