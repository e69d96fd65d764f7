import { useSignal } from '@preact/signals';
import { sentenceOf } from './api.ts';

export interface Submit {
  /** It is under way. */
  readonly busy: boolean;
  /** Why it was refused the last time, in the server's own sentence. */
  readonly error: string | null;
  /** For the form. */
  readonly onSubmit: (event: Event) => void;
}

/** What a form does when it is sent. `work` may throw what the API throws. */
export function useSubmit(work: () => Promise<unknown>): Submit {
  const busy = useSignal(false);
  const error = useSignal<string | null>(null);
  const run = async () => {
    busy.value = true;
    try {
      await work();
      error.value = null;
    } catch (cause) {
      error.value = sentenceOf(cause);
    } finally {
      busy.value = false;
    }
  };
  return {
    busy: busy.value,
    error: error.value,
    onSubmit: (event) => {
      event.preventDefault();
      void run();
    },
  };
}
