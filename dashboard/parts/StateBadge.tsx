import type { ComponentChildren } from 'preact';
import type { IncidentState, PresenceState, Priority } from '../../protocol/api/view.ts';
import { t } from '../words/i18n.ts';

/** Presence is told by round shapes, so that it is never mistaken for a priority. */
const stateShapes: Record<PresenceState, ComponentChildren> = {
  up: <circle class="fill" cx="8" cy="8" r="4" />,
  late: (
    <>
      <circle class="line" cx="8" cy="8" r="5" />
      <path class="fill" d="M8 3a5 5 0 0 1 0 10Z" />
    </>
  ),
  lost: (
    <>
      <circle class="fill" cx="8" cy="8" r="6.5" />
      <path class="cut" d="m5.6 5.6 4.8 4.8m0-4.8-4.8 4.8" />
    </>
  ),
  expected: (
    <>
      <path class="line" d="M12.9 6.6A5.2 5.2 0 1 0 13 9.6" />
      <path class="line" d="M13.4 3.6v3.2h-3.2" />
    </>
  ),
  off: <circle class="line" cx="8" cy="8" r="4.6" />,
  asleep: <path class="fill" d="M12.6 9.6A5.2 5.2 0 0 1 6.4 3.4a5.2 5.2 0 1 0 6.2 6.2Z" />,
  unknown: (
    <>
      <circle class="line" cx="8" cy="8" r="6.3" stroke-dasharray="2.4 1.7" />
      <path class="line" d="M6.4 6.5a1.7 1.7 0 1 1 2.5 1.5c-.6.3-.9.6-.9 1.2M8 11.2v.1" />
    </>
  ),
  pending: <circle class="line" cx="8" cy="8" r="5" stroke-dasharray=".1 3.1" stroke-linecap="round" />,
};

/** Priorities are told by angular shapes. */
const priorityShapes: Record<Priority, ComponentChildren> = {
  emergency: (
    <>
      <path class="fill" d="M5 1.2h6L14.8 5v6L11 14.8H5L1.2 11V5Z" />
      <path class="cut" d="M8 4.4v4.4M8 11.4v.1" />
    </>
  ),
  high: (
    <>
      <path class="fill" d="M8 1.6 15 14H1Z" />
      <path class="cut" d="M8 6v3.6M8 11.8v.1" />
    </>
  ),
  medium: <path class="fill" d="M8 1.8 14.2 8 8 14.2 1.8 8Z" />,
  normal: <path class="fill" d="M3.5 6.5h9v3h-9Z" />,
};

function Shape({ kind, name, children }: { kind: string; name: string; children: ComponentChildren }) {
  return (
    <svg class={`shape ${kind}-${name}`} width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
      {children}
    </svg>
  );
}

export function StateShape({ state }: { state: PresenceState }) {
  return (
    <Shape kind="state" name={state}>
      {stateShapes[state]}
    </Shape>
  );
}

/** Shape and word of a device's presence. */
export function StateBadge({ state }: { state: PresenceState }) {
  return (
    <span class="badge">
      <StateShape state={state} />
      {t(`state.${state}`)}
    </span>
  );
}

export function PriorityShape({ priority }: { priority: Priority }) {
  return (
    <Shape kind="priority" name={priority}>
      {priorityShapes[priority]}
    </Shape>
  );
}

/** Shape and word of a priority; an emergency stands out of the line. */
export function PriorityBadge({ priority }: { priority: Priority }) {
  return (
    <span class={priority === 'emergency' ? 'emergency-badge' : 'badge'}>
      <PriorityShape priority={priority} />
      {t(`priority.${priority}`)}
    </span>
  );
}

export function FlappingShape() {
  return (
    <Shape kind="state" name="flapping">
      <path class="line" d="M1.5 10.5 4 5l3 6 3-6 3 6 1.5-3.5" />
    </Shape>
  );
}

/** Comes and goes: its incident stays open, and people are told when that began and when it is calm. */
export function FlappingBadge() {
  return (
    <span class="badge flapping" title={t('incident.flappingHint')}>
      <FlappingShape />
      {t('incident.flapping')}
    </span>
  );
}

/** Where an incident stands: nobody yet, somebody, done. */
export function IncidentStateBadge({ state }: { state: IncidentState }) {
  return <span class={`stage stage-${state}`}>{t(`incidentState.${state}`)}</span>;
}
