import type { Logger } from 'pino';

/** Does what nobody waits for; a failure is logged with this message. */
export function inBackground(logger: Logger, work: () => Promise<unknown>, message: string): void {
  work().catch((cause: unknown) => logger.error({ err: cause }, message));
}
