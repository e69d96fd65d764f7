import pino from 'pino';
import t from 'tap';
import { logChannel } from '../../../../server/platform/notify/log-channel.ts';
import { sampleMessage } from './conformance.ts';

t.test('a message becomes one line of the log', async (t) => {
  const lines: string[] = [];
  const channel = logChannel(pino({}, { write: (line) => void lines.push(line) }));
  const payload = { sentence: 'The disk is full.\n{"level":60}' };
  const message = sampleMessage({ idempotencyKey: 'k', payload });
  t.equal(await channel.deliver(message, AbortSignal.timeout(1_000)), 'written to the log');
  t.equal(lines.length, 1);
  t.match(JSON.parse(lines[0]!), { level: 30, notification: 'incident.raised', idempotencyKey: 'k', ...payload });
});
