import type { ComponentChildren } from 'preact';
import type { AvailabilityFigure, Verdict } from '../../protocol/api/availability.ts';
import { t } from '../words/i18n.ts';

/** Verdicts are told by seals: filled when certain, open when not. */
const shapes: Record<Verdict, ComponentChildren> = {
  met: (
    <>
      <rect class="fill" x="1.5" y="1.5" width="13" height="13" rx="4" />
      <path class="cut" d="m5 8.2 2.2 2.2L11 6" />
    </>
  ),
  breached: (
    <>
      <rect class="fill" x="1.5" y="1.5" width="13" height="13" rx="1.5" />
      <path class="cut" d="m5.3 5.3 5.4 5.4m0-5.4-5.4 5.4" />
    </>
  ),
  indeterminate: (
    <>
      <path class="line" d="M8 1.6 14.4 8 8 14.4 1.6 8Z" />
      <path class="fill" d="M8 1.6v12.8L1.6 8Z" />
    </>
  ),
  no_data: <rect class="line" x="2.3" y="2.3" width="11.4" height="11.4" rx="3" stroke-dasharray="2.3 2" />,
  no_target: <path class="line" d="M4 8h8" />,
};

/** Whether a target is met: shape, word and colour. */
export function VerdictBadge({ figure: { verdict, budgetLeftMs } }: { figure: AvailabilityFigure }) {
  // Missed until now, in a period that still has budget to come.
  const isSoFar = verdict === 'breached' && budgetLeftMs !== null && budgetLeftMs >= 0;
  return (
    <span class={`badge verdict-${verdict}`}>
      <svg class="shape" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        {shapes[verdict]}
      </svg>
      <span class="verdict-word">{t(isSoFar ? 'verdict.breachedSoFar' : `verdict.${verdict}`)}</span>
    </span>
  );
}
