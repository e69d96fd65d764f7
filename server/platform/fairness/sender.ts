import { AsyncLocalStorage } from 'node:async_hooks';

/** The server's own work: its judges, its messages, what it tidies up. */
export const SERVER = 'server';
/** What agents tell of their machines; one write at a time for all of them. */
export const AGENTS = 'agents';

const senders = new AsyncLocalStorage<string>();

/** On whose behalf the present work is done, for queues that are fair between senders. */
export function currentSender(): string {
  return senders.getStore() ?? SERVER;
}

/** Does `work`, and all that it starts, on behalf of this sender. */
export function asSender<T>(sender: string, work: () => T): T {
  return senders.run(sender, work);
}
