import type { LiveClientMessage, LiveServerMessage } from '../../../protocol/api/view.ts';
import type { Scope } from '../../domain/scope.ts';

/** Changes for browsers. The listener gets messages already limited to the scope, at most 4 a second. */
export interface LivePort {
  subscribe(scope: Scope, listener: (message: LiveServerMessage) => void): LiveSubscription;
}

/** What a page shows: it gets the readings of these devices and of no others. */
export type LiveLook = Omit<LiveClientMessage, 'type'>;

export interface LiveSubscription {
  watch(look: LiveLook): void;
  close(): void;
}
