import type { Logger } from 'pino';
import type { Channel } from './channel.ts';

/** Tells the server's own log, from where journald and log shippers take it. The channel that is always there. */
export function logChannel(logger: Logger): Channel {
  return {
    name: 'log',
    async deliver({ idempotencyKey, kind, payload }) {
      logger.info(
        { notification: kind, idempotencyKey, ...(payload as Record<string, unknown>) },
        'notification: %s',
        kind,
      );
      return 'written to the log';
    },
  };
}
