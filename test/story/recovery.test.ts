import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';
import { freePort } from '../support/free-port.ts';
import { startHttpReceiver } from '../support/http-receiver.ts';
import { startSmtpReceiver } from '../support/smtp-receiver.ts';
import { startServer, storyClock } from '../support/story.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

/** A cron job tells of its backups with curl. Then it stops, and people hear of it before the RPO is breached and when it is. */

t.setTimeout(300_000);

const run = promisify(execFile);
const MINUTE_MS = 60_000;
const iso = (ms: number) => new Date(ms).toISOString();

t.test('a job that stops pinging is told of, by mail and by a webhook, until it is back', async (t) => {
  const clock = storyClock();
  const options = { dataDir: tempDir(t), clock, environment: { VIGIA_NOTIFY_PRIVATE: '1' } };
  const server = await startServer(t, options);
  const smtp = await startSmtpReceiver(t, { security: 'none' });
  const hook = await startHttpReceiver(t, { port: await freePort() });
  const receiver = async (name: string, target: object): Promise<void> => {
    const body = { name, clientId: null, minPriority: 'medium', clocks: false, target };
    const answer = await server.ask('POST', '/api/v1/receivers', body);
    t.equal(answer.status, 201, answer.text);
  };
  const mailFrom = { from: 'vigia@msp.example', to: ['ops@msp.example'], user: null };
  await receiver('mail', { kind: 'email', host: '127.0.0.1', port: smtp.port, security: 'none', ...mailFrom });
  await receiver('hook', { kind: 'webhook', url: hook.url, secret: 'a secret of the hook' });
  const client = await server.ask('POST', '/api/v1/clients', { name: 'Acme' });
  const { body: plan, text } = await server.ask('POST', '/api/v1/recovery/plans', {
    ...{ clientId: client.body.id, deviceId: null, serviceId: null, name: 'Ledger', tool: 'restic' },
    ...{ target: { place: 'nas', isOffSite: false }, rpoMinutes: 240, rtoMinutes: null },
    ...{ rhythm: { kind: 'interval', everyMinutes: 60 }, closed: { weekdays: [], dates: [] } },
    ...{ timeZone: 'UTC', durationMinutes: 10, graceMinutes: null },
  });
  if (plan?.id === undefined) return void t.fail(text);
  const { body: ping } = await server.ask('POST', `/api/v1/recovery/plans/${plan.id}/ping`, {});
  const read = () => server.get(`/api/v1/recovery/plans/${plan.id}`);
  /** A line of a crontab. */
  const curl = async (...args: string[]): Promise<string> => {
    const { stdout } = await run('curl', ['--silent', '--show-error', '--max-time', '30', ...args]);
    return stdout;
  };
  const backup = async (exitCode: number, tookMs = 10 * MINUTE_MS): Promise<number> => {
    const began = clock.now();
    t.match(await curl('--fail', `${ping.url}/start`), /^The run began at/);
    clock.advance(tookMs);
    const event = exitCode === 0 ? 'success' : 'fail';
    t.match(await curl('--fail', '-d', `exit=${exitCode}&size=7000`, `${ping.url}/${event}`), /^The run/);
    return began;
  };
  const open = async () =>
    (await server.get('/api/v1/incidents?state=all')).items.filter(
      ({ rule }: { rule: string }) => rule === 'recovery.exposure',
    );
  const kinds = () =>
    hook.received.map(({ body }) => JSON.parse(body)).filter(({ kind }) => kind.startsWith('incident.'));

  const first = await backup(0);
  t.match((await read()).standing, { stage: 'kept' });
  t.ok(Math.abs(Date.parse((await read()).standing.newestAt) - first) < MINUTE_MS, 'it counts from its start');
  t.match(await curl(`${ping.url}x/start`), /There is no such address/);
  t.equal(await curl('--head', '--output', '/dev/null', '--write-out', '%{http_code}', `${ping.url}/start`), '200');
  clock.advance(50 * MINUTE_MS);
  await backup(3);
  const { lastRun, standing } = await read();
  t.match(lastRun, { outcome: 'failed', exitCode: 3, toldBy: 'ping' });
  t.ok(Math.abs(Date.parse(standing.newestAt) - first) < MINUTE_MS, 'an incomplete backup counts for nothing');

  clock.advance(100 * MINUTE_MS);
  await until('two runs are missed', async () => (await open())[0]?.priority === 'medium');
  await until('the warning is told', () => smtp.mails.length > 0 && kinds().length > 0);
  t.match(smtp.mails[0]?.headers.subject, /^Medium: .*Ledger/);
  clock.advance(120 * MINUTE_MS);
  await until('it is breached', async () => (await open())[0]?.priority === 'high');
  t.match((await read()).standing, { stage: 'breached', sentence: /older than the RPO of 4 h/ });
  await until('the breach is told', () =>
    smtp.mails.some(({ headers }) => /^Worse: .*Ledger.*older than the RPO of 4 h/.test(headers.subject ?? '')),
  );

  const back = await backup(0);
  await until('it is over', async () => (await open())[0]?.state === 'resolved');
  await until('that is told', () =>
    smtp.mails.some(({ headers }) => /^Resolved: .*Ledger/.test(headers.subject ?? '')),
  );
  await until('by the hook too', () => kinds().some(({ kind }) => kind === 'incident.resolved'));
  t.equal((await open()).length, 1, 'all of it is one incident');
  const { items } = await server.get(`/api/v1/recovery/plans/${plan.id}/points`);
  t.equal(items.length, 2);
  t.ok(Date.parse(items[0].startedAt) >= back - MINUTE_MS, iso(back));
  const secret = new URL(ping.url).pathname.split('/')[5] ?? '';
  t.ok(secret.length >= 32);
  t.notOk(JSON.stringify(server.log).includes(secret), 'no log ever sees it');
});
