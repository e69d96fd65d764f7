import type { Page, PageRequest } from '../../../protocol/api/page.ts';
import type { Receiver, ReceiverInput, ReceiverTest } from '../../../protocol/api/receiver.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Doer } from '../../platform/store/turn.ts';

/** Who is told of what. Views hold no secrets. */
export interface ReceiverPort {
  list(scope: Scope, page: PageRequest): Promise<Page<Receiver>>;
  /** Each throws VigiaError validation_failed, address_refused, not_found; `create` also forbidden and conflict. */
  create(scope: Scope, input: ReceiverInput, actor: Doer): Promise<Receiver>;
  update(scope: Scope, id: string, input: ReceiverInput, actor: Doer): Promise<Receiver>;
  remove(scope: Scope, id: string, actor: Doer): Promise<void>;
  /** Really sends a message. What goes wrong is the answer. */
  test(scope: Scope, id: string, actor: Doer): Promise<ReceiverTest>;
}
