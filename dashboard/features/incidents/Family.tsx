import type { IncidentDetail } from '../../../protocol/api/view.ts';
import { incidents } from '../../data/store.ts';
import { IncidentStateBadge } from '../../parts/StateBadge.tsx';
import { incidentHref } from '../../route/routes.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Words } from '../../ui/Words.tsx';
import { t } from '../../words/i18n.ts';

/** What explains this incident, and why nobody is told of it. */
export function ExplainedBy({ incident: { parentId, suppressedBy } }: { incident: IncidentDetail }) {
  if (parentId === null && suppressedBy === null) return null;
  const parent = parentId === null ? undefined : incidents.value.get(parentId);
  return (
    <div class="notice">
      <Icon name="blind" />
      <div>
        {suppressedBy !== null && <p>{suppressedBy}</p>}
        {parentId !== null && (
          <p>
            {t('family.partOf')}{' '}
            <a href={incidentHref(parentId)}>
              {parent ? <Words said={parent.said} at={parent.resolvedAt} /> : t('family.parent')}
            </a>
          </p>
        )}
      </div>
    </div>
  );
}

/** The incidents that this one explains: people were told of this one only. */
export function Explains({ incident: { children } }: { incident: IncidentDetail }) {
  if (children.length === 0) return null;
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('family.children')}</h2>
        <span class="quiet">{t('family.count', { count: children.length })}</span>
      </header>
      <ul class="family">
        {children.map((child) => (
          <li key={child.id}>
            <a href={incidentHref(child.id)}>
              <Words said={child.said} />
            </a>
            <IncidentStateBadge state={child.state} />
          </li>
        ))}
      </ul>
    </section>
  );
}
