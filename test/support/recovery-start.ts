import { createRecovery, type RecoveryOptions } from '../../server/features/recovery/create-recovery.ts';
import type { TestServer } from './http.ts';

const nobody = () => Promise.reject(new Error('nobody acts'));

/** What a start makes of what is stored; nobody acts on it. */
export function startRecovery(
  { store, clock }: Pick<TestServer, 'store' | 'clock'>,
  over: Partial<RecoveryOptions> = {},
) {
  return createRecovery({
    ...{
      store,
      book: { step: () => null },
      clientOfDevice: () => null,
      siteOfDevice: () => null,
      services: { get: () => undefined },
    },
    ...{
      now: () => clock.nowMs,
      act: nobody,
      hear: nobody,
      endOfMaker: async () => null,
      terms: { at: () => null, inForce: () => [] },
    },
    ...over,
  });
}
