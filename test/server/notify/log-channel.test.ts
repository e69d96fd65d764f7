import pino from 'pino';
import t from 'tap';
import { logChannel } from '../../../server/notify/log-channel.ts';

t.test('the log channel writes what is told', async (t) => {
  const lines: Record<string, unknown>[] = [];
  const channel = logChannel(pino({ level: 'info' }, { write: (line) => void lines.push(JSON.parse(line)) }));
  t.equal(channel.name, 'log');
  const message = { idempotencyKey: 'k', kind: 'incident.raised', payload: { sentence: 'It is full.' } };
  await channel.deliver(message, AbortSignal.timeout(1_000));
  t.match(lines[0], { notification: 'incident.raised', idempotencyKey: 'k', sentence: 'It is full.' });
});
