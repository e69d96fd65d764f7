import type { ComponentChildren } from 'preact';
import type { Check, Service } from '../../protocol/api/service.ts';
import { t } from '../words/i18n.ts';

type State = Service['state'] | Check['state'];

const box = 'M3.6 2.6h8.8a1 1 0 0 1 1 1v8.8a1 1 0 0 1-1 1H3.6a1 1 0 0 1-1-1V3.6a1 1 0 0 1 1-1Z';

/** Services are told by squares, so that one is never mistaken for a machine. */
const shapes: Record<State, ComponentChildren> = {
  up: (
    <>
      <path class="fill" d={box} />
      <path class="cut" d="m5.2 8.2 2 2 3.6-4.2" />
    </>
  ),
  down: (
    <>
      <path class="fill" d={box} />
      <path class="cut" d="m5.6 5.6 4.8 4.8m0-4.8-4.8 4.8" />
    </>
  ),
  excluded: (
    <>
      <path class="line" d={box} />
      <path class="line" d="M6.6 5.6v4.8M9.4 5.6v4.8" />
    </>
  ),
  unknown: (
    <>
      <path class="line" d={box} stroke-dasharray="2.4 1.7" />
      <path class="line" d="M6.6 6.6a1.5 1.5 0 1 1 2.2 1.3c-.5.3-.8.5-.8 1M8 10.8v.1" />
    </>
  ),
};

/** Shape and word of a service or of a check. */
export function ServiceState({ state }: { state: State }) {
  return (
    <span class={`badge service-badge service-word-${state}`}>
      <svg class={`shape service-${state}`} width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        {shapes[state]}
      </svg>
      {t(`service.${state}`)}
    </span>
  );
}
