import type { ComponentChildren } from 'preact';
import type { Stage } from './stages.ts';
import { t } from './words.ts';

/** Stages are told by a disk that is whole, worn, or gone. */
const shapes: Record<Stage, ComponentChildren> = {
  kept: <circle class="fill" cx="8" cy="8" r="4" />,
  overdue: (
    <>
      <circle class="line" cx="8" cy="8" r="5.4" />
      <path class="fill" d="M8 2.6a5.4 5.4 0 0 1 5.4 5.4H8Z" />
    </>
  ),
  at_risk: (
    <>
      <circle class="line" cx="8" cy="8" r="5.4" />
      <path class="fill" d="M8 2.6a5.4 5.4 0 1 1-5.4 5.4H8Z" />
    </>
  ),
  breached: (
    <>
      <circle class="fill" cx="8" cy="8" r="6.5" />
      <path class="cut" d="m5.6 5.6 4.8 4.8m0-4.8-4.8 4.8" />
    </>
  ),
  unproven: <circle class="line" cx="8" cy="8" r="5.4" stroke-dasharray="2.4 1.7" />,
  blind: (
    <>
      <circle class="line" cx="8" cy="8" r="6.3" stroke-dasharray="2.4 1.7" />
      <path class="line" d="M6.4 6.5a1.7 1.7 0 1 1 2.5 1.5c-.6.3-.9.6-.9 1.2M8 11.2v.1" />
    </>
  ),
};

export function StageShape({ stage }: { stage: Stage }) {
  return (
    <svg class={`shape recovery-${stage}`} width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      {shapes[stage]}
    </svg>
  );
}

/** Shape and word of how a plan stands. */
export function StageBadge({ stage }: { stage: Stage }) {
  return (
    <span class="badge">
      <StageShape stage={stage} />
      {stageWord(stage)}
    </span>
  );
}

export const stageWord = (stage: Stage): string => t(`stage.${stage}`);
