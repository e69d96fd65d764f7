import type { Incident } from '../../protocol/view.ts';
import { rich, t } from '../i18n.ts';
import { incidentHref } from '../routes.ts';
import { Lasting } from './Ago.tsx';
import { AcknowledgeButton, AssignSelect, IncidentPlace } from './IncidentParts.tsx';
import { IncidentStateBadge, PriorityShape } from './StateBadge.tsx';

interface CardsProps {
  readonly incidents: readonly Incident[];
  readonly selectedId: string | null;
}

/** Incidents to act upon: the sentence, how bad and how long, whom it concerns, and who takes it. */
export function IncidentCards({ incidents, selectedId }: CardsProps) {
  if (incidents.length === 0) return null;
  return (
    <ul class="card incident-list">
      {incidents.map((incident) => (
        <li
          key={incident.id}
          data-id={incident.id}
          class={incident.id === selectedId ? 'incident-row selected' : 'incident-row'}
        >
          <PriorityShape priority={incident.priority} />
          <a class="incident-sentence" href={incidentHref(incident.id)}>
            {incident.sentence}
          </a>
          <p class="incident-meta">
            <PriorityFor incident={incident} />
            <IncidentPlace incident={incident} />
            <AcknowledgedBy incident={incident} />
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

/** How bad, and for how long. */
function PriorityFor({ incident }: { incident: Incident }) {
  return (
    <span class="incident-for">
      <span class={`word-${incident.priority}`}>{t(`priority.${incident.priority}`)}</span>{' '}
      {rich('incident.openFor', { span: <Lasting since={incident.onsetAt} /> })}
    </span>
  );
}

/** Said only where it is somebody else than the one who looks after it. */
function AcknowledgedBy({ incident: { state, acknowledgedBy, assigneeName } }: { incident: Incident }) {
  if (state !== 'acknowledged' || acknowledgedBy === null || acknowledgedBy === assigneeName) return null;
  return <span>{t('incident.acknowledgedBy', { name: acknowledgedBy })}</span>;
}
