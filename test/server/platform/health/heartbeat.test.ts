import pino from 'pino';
import t from 'tap';
import { type Said, typed } from '../../../../protocol/said/said.ts';
import { Health } from '../../../../server/platform/health/health.ts';
import { Heartbeat } from '../../../../server/platform/health/heartbeat.ts';
import { freePort } from '../../../support/free-port.ts';
import { startHttpReceiver } from '../../../support/http-receiver.ts';
import { until } from '../../../support/until.ts';

t.test('it beats while the server works, and stops when it does not', async (t) => {
  const receiver = await startHttpReceiver(t, { port: await freePort() });
  let trouble: Said[] = [];
  const health = new Health();
  const url = `${receiver.url}/ping/secret`;
  const logger = pino({ level: 'silent' });
  const heartbeat = new Heartbeat({ url, trouble: () => trouble, health, logger, everyMs: 20 });
  heartbeat.start();
  t.teardown(() => heartbeat.stop());
  await until('three beats', () => receiver.received.length >= 3);
  t.equal(receiver.received[0]?.path, '/ping/secret');
  trouble = [typed('The disk is full.')];
  let looks = 0;
  const beats: number[] = [];
  await until('many intervals', () => {
    beats.push(receiver.received.length);
    looks += 1;
    return looks > 20;
  });
  t.equal(beats.at(-1), beats.at(10), 'none after the one that was under way');
  trouble = [];
  await until('it to go on', () => receiver.received.length > (beats.at(-1) ?? 0));
  t.same(health.warnings, []);
});

t.test('who does not take it is a warning without the secret of its address', async (t) => {
  const health = new Health();
  const url = `http://127.0.0.1:${await freePort()}/ping/secret`;
  const logger = pino({ level: 'silent' });
  const heartbeat = new Heartbeat({ url, trouble: () => [], health, logger, everyMs: 10 });
  heartbeat.start();
  await until('the warning', () => health.warnings.length > 0);
  t.match(health.warnings[0], /^The heartbeat does not reach 127\.0\.0\.1:\d+: it cannot be reached \(ECONNREFUSED\)/);
  t.notMatch(health.warnings[0], /secret/);
  t.same(health.failing, [], 'the server itself works');
  await heartbeat.stop();
});
