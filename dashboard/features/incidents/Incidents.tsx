import { useComputed, useSignal } from '@preact/signals';
import { useCallback, useEffect, useRef } from 'preact/hooks';
import type { Incident, Priority } from '../../../protocol/api/view.ts';
import { api, sentenceOf } from '../../data/api.ts';
import { useHeldOrder } from '../../data/hold.ts';
import { priorities } from '../../data/priority.ts';
import { compareNames } from '../../data/select.ts';
import { canAct, clients, devices, incidents, me } from '../../data/store.ts';
import { toggled } from '../../data/toggled.ts';
import { IncidentDeadlines } from '../../parts/DeadlineClock.tsx';
import { IncidentPlace } from '../../parts/IncidentParts.tsx';
import { FlappingBadge, IncidentStateBadge, PriorityShape } from '../../parts/StateBadge.tsx';
import { place, setQuery } from '../../route/router.ts';
import { incidentHref, reportHref } from '../../route/routes.ts';
import { useSelection } from '../../route/selection.ts';
import { Ago, Lasting, When } from '../../ui/Ago.tsx';
import { Failure } from '../../ui/Failure.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { SearchFilter } from '../../ui/SearchFilter.tsx';
import { Segmented } from '../../ui/Segmented.tsx';
import { Words } from '../../ui/Words.tsx';
import { duration } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';
import { type IncidentsQuery, incidentFilters, parseIncidentsQuery, selectIncidents } from './incidents-query.ts';

const PAGE = '100';

/** The list of incidents: open ones live, older ones as the server keeps them. */
export function Incidents() {
  const query = useComputed(() => parseIncidentsQuery(place.value.query));
  const history = useHistory(query.value);
  const sorted = useComputed(() => {
    const known = new Map(history.items.value.map((incident) => [incident.id, incident]));
    for (const [id, incident] of incidents.value) known.set(id, incident);
    return selectIncidents(known.values(), query.value, devices.value, me.value?.id ?? null);
  });
  const list = useRef<HTMLUListElement | null>(null);
  const { items: shown, ref } = useHeldOrder({
    next: sorted.value,
    idOf: (incident) => incident.id,
    known: (id) => incidents.value.get(id),
    question: JSON.stringify([query.value, [...query.value.priorities]]),
  });
  const setList = useCallback(
    (element: HTMLUListElement | null) => {
      list.current = element;
      ref(element);
    },
    [ref],
  );
  const selected = useSignal(place.value.query.get('sel'));
  const { selectedId } = useSelection({
    ids: shown.map((incident) => incident.id),
    selected,
    hrefOf: incidentHref,
    onSelect: (id) =>
      list.current?.querySelector(`[data-id="${CSS.escape(id)}"]`)?.scrollIntoView({ block: 'nearest' }),
  });
  return (
    <div class="view incidents">
      <header class="view-head">
        <div>
          <h1>{t('nav.incidents')}</h1>
          <p class="lead" aria-live="polite">
            {t(`incidents.count.${query.value.filter}`, { count: sorted.value.length })}
          </p>
        </div>
        {canAct.value && (
          <div class="view-actions">
            <a class="button button-plain" href={reportHref()}>
              <Icon name="report" size={16} />
              {t('report.title')}
            </a>
          </div>
        )}
      </header>
      <Tools query={query.value} />
      {history.error.value && <Failure sentence={history.error.value} again={history.more} />}
      {shown.length === 0 ? (
        <Nothing>{t(`incidents.none.${query.value.filter}`)}</Nothing>
      ) : (
        <ul ref={setList} class="card incident-table">
          {shown.map((incident) => (
            <Row key={incident.id} incident={incident} selected={incident.id === selectedId} />
          ))}
        </ul>
      )}
      {history.next.value && (
        <p class="more">
          <button type="button" class="button button-plain" onClick={history.more}>
            {t('incidents.more')}
          </button>
        </p>
      )}
    </div>
  );
}

/** Pages of the server's list; the open ones are known already and need none. */
function useHistory(query: IncidentsQuery) {
  const items = useSignal<readonly Incident[]>([]);
  const next = useSignal<string | null>(null);
  const error = useSignal<string | null>(null);
  const { filter, clientId } = query;
  const asked = useRef('');
  const ask = (cursor: string | null) => {
    const question = `${filter} ${clientId}`;
    asked.current = question;
    api
      .incidents({ state: filter, limit: PAGE, ...(clientId && { client: clientId }), ...(cursor && { cursor }) })
      .then(
        (page) => {
          if (asked.current !== question) return;
          items.value = cursor === null ? page.items : [...items.value, ...page.items];
          next.value = page.next;
          error.value = null;
        },
        (cause: unknown) => {
          error.value = sentenceOf(cause);
        },
      );
  };
  // another filter, another list
  useEffect(() => {
    items.value = [];
    next.value = null;
    asked.current = '';
    if (filter !== 'open') ask(null);
  }, [filter, clientId]);
  return { items, next, error, more: () => ask(next.value) };
}

function Tools({ query }: { query: IncidentsQuery }) {
  const toggle = (priority: Priority) => setQuery({ priority: toggled(query.priorities, priority).join(',') });
  const byName = [...clients.value.values()].sort((a, b) => compareNames(a.name, b.name));
  return (
    <div class="tools">
      <SearchFilter label={t('incidents.filter')} text={query.text} />
      <Segmented
        label={t('incidents.state')}
        value={query.filter}
        options={incidentFilters.map((value) => ({ value, label: t(`incidents.filter.${value}`) }))}
        onChange={(value) => setQuery({ state: value === 'open' ? null : value })}
      />
      <fieldset class="chips">
        <legend class="sr">{t('incidents.priorities')}</legend>
        {priorities.map((priority) => (
          <button
            key={priority}
            type="button"
            class="chip"
            aria-pressed={query.priorities.has(priority)}
            onClick={() => toggle(priority)}
          >
            <PriorityShape priority={priority} />
            {t(`priority.${priority}`)}
          </button>
        ))}
        <select
          class="select-plain"
          aria-label={t('fleet.client')}
          value={query.clientId ?? ''}
          onChange={(event) => setQuery({ client: event.currentTarget.value })}
        >
          <option value="">{t('incidents.allClients')}</option>
          {byName.map((client) => (
            <option key={client.id} value={client.id}>
              {client.name}
            </option>
          ))}
        </select>
        <select
          class="select-plain"
          aria-label={t('incident.assignee')}
          value={query.whose}
          onChange={(event) =>
            setQuery({ whose: event.currentTarget.value === 'all' ? null : event.currentTarget.value })
          }
        >
          <option value="all">{t('incidents.whose.all')}</option>
          <option value="mine">{t('incidents.whose.mine')}</option>
          <option value="nobody">{t('incidents.whose.nobody')}</option>
        </select>
      </fieldset>
    </div>
  );
}

function Row({ incident, selected }: { incident: Incident; selected: boolean }) {
  return (
    <li
      class={`incident-line${incident.priority === 'emergency' ? ' is-emergency' : ''}${selected ? ' selected' : ''}`}
      data-id={incident.id}
    >
      <PriorityShape priority={incident.priority} />
      <div class="incident-words">
        <a class="incident-sentence" href={incidentHref(incident.id)}>
          <Words said={incident.said} at={incident.resolvedAt} />
        </a>
        <p class="incident-meta">
          <span class={`word-${incident.priority}`}>{t(`priority.${incident.priority}`)}</span>
          {incident.isFlapping && <FlappingBadge />}
          <IncidentPlace incident={incident} />
          {incident.suppressedBy !== null && <span title={incident.suppressedBy}>{t('incident.nobodyTold')}</span>}
        </p>
      </div>
      <IncidentDeadlines clock={incident.clock} />
      <span class="incident-who">{incident.assigneeName ?? ''}</span>
      <span class="incident-stage">
        <IncidentStateBadge state={incident.state} />
      </span>
      <span class="incident-time">
        {incident.resolvedAt === null ? (
          <>
            <b>
              <Lasting since={incident.onsetAt} />
            </b>
            <span class="quiet">
              <When at={incident.onsetAt} />
            </span>
          </>
        ) : (
          <>
            <b>{duration(Date.parse(incident.resolvedAt) - Date.parse(incident.onsetAt))}</b>
            <span class="quiet">
              <Ago at={incident.resolvedAt} />
            </span>
          </>
        )}
      </span>
    </li>
  );
}
