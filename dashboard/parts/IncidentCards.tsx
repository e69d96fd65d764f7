import { useComputed } from '@preact/signals';
import type { Incident } from '../../protocol/api/view.ts';
import { incidents as known } from '../data/store.ts';
import { countExplained } from '../data/triage.ts';
import { incidentHref } from '../route/routes.ts';
import { Lasting } from '../ui/Ago.tsx';
import { Words } from '../ui/Words.tsx';
import { rich, t } from '../words/i18n.ts';
import { IncidentDeadlines } from './DeadlineClock.tsx';
import { AcknowledgeButton, AssignSelect, IncidentPlace } from './IncidentParts.tsx';
import { FlappingBadge, IncidentStateBadge, PriorityShape } from './StateBadge.tsx';

interface CardsProps {
  readonly incidents: readonly Incident[];
  readonly selectedId: string | null;
}

/** Incidents to act upon: the sentence, how bad and how long, whom it concerns, and who takes it. */
export function IncidentCards({ incidents, selectedId }: CardsProps) {
  const explained = useComputed(() => countExplained(known.value.values()));
  if (incidents.length === 0) return null;
  return (
    <ul class="card incident-list">
      {incidents.map((incident) => (
        <li key={incident.id} data-id={incident.id} class={rowClass(incident, incident.id === selectedId)}>
          <PriorityShape priority={incident.priority} />
          <a class="incident-sentence" href={incidentHref(incident.id)}>
            <Words said={incident.said} at={incident.resolvedAt} />
          </a>
          {incident.state !== 'resolved' && <IncidentDeadlines clock={incident.clock} />}
          <p class="incident-meta">
            <PriorityFor incident={incident} />
            {incident.isFlapping && <FlappingBadge />}
            <IncidentPlace incident={incident} />
            <AcknowledgedBy incident={incident} />
            <Explains count={explained.value.get(incident.id) ?? 0} />
            {incident.suppressedBy !== null && <span title={incident.suppressedBy}>{t('incident.nobodyTold')}</span>}
          </p>
          <div class="incident-actions">
            {incident.state === 'resolved' && <IncidentStateBadge state="resolved" />}
            <AssignSelect incident={incident} />
            <AcknowledgeButton incident={incident} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function rowClass({ priority }: Incident, selected: boolean): string {
  return `incident-row${priority === 'emergency' ? ' is-emergency' : ''}${selected ? ' selected' : ''}`;
}

/** How bad, and for how long. */
function PriorityFor({ incident }: { incident: Incident }) {
  return (
    <span class="incident-for">
      <span class={`word-${incident.priority}`}>{t(`priority.${incident.priority}`)}</span>{' '}
      {rich('incident.openFor', { span: <Lasting since={incident.onsetAt} /> })}
    </span>
  );
}

function Explains({ count }: { count: number }) {
  return count === 0 ? null : <span>{t('incident.explains', { count })}</span>;
}

/** Said only where it is somebody else than the one who looks after it. */
function AcknowledgedBy({ incident: { state, acknowledgedBy, assigneeName } }: { incident: Incident }) {
  if (state !== 'acknowledged' || acknowledgedBy === null || acknowledgedBy === assigneeName) return null;
  return <span>{t('incident.acknowledgedBy', { name: acknowledgedBy })}</span>;
}
