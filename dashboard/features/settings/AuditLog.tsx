import { useComputed, useSignal } from '@preact/signals';
import type { AuditRow } from '../../../protocol/api/audit.ts';
import { api } from '../../data/api.ts';
import { orNone } from '../../data/choices.ts';
import { compareNames } from '../../data/select.ts';
import { clients, devices, isAdmin, services, sites, users } from '../../data/store.ts';
import { place, setQuery } from '../../route/router.ts';
import { clientHref, deviceHref, incidentHref, siteHref, withQuery } from '../../route/routes.ts';
import { LogTime } from '../../ui/Ago.tsx';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { DateField } from '../../ui/DateInput.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { Words } from '../../ui/Words.tsx';
import { t } from '../../words/i18n.ts';
import { sayDetail, shortId } from './audit-detail.ts';
import { type AuditQuery, auditSearch, parseAuditQuery } from './audit-query.ts';

/** Who did what: by person, action, object and day. */
export function AuditLog() {
  const query = useComputed(() => parseAuditQuery(place.value.query)).value;
  const pages = useSignal(1);
  const search = auditSearch(query);
  const loaded = useLoaded(`audit ${pages.value} ${JSON.stringify(search)}`, () => api.audit(search, pages.value));
  if (!isAdmin.value) return <Nothing>{t('settings.adminsOnly')}</Nothing>;
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('settings.audit')}</h2>
        <a class="button button-plain" href={withQuery('/api/v1/audit.csv', search)} download="audit.csv">
          {t('audit.csv')}
        </a>
      </header>
      <p class="hint">{t('audit.hint')}</p>
      <Filters
        query={query}
        onChange={(changes) => {
          pages.value = 1;
          setQuery(changes);
        }}
      />
      <Async loaded={loaded}>
        {({ items, next }) => (
          <>
            {items.length === 0 ? (
              <Nothing>{t('audit.none')}</Nothing>
            ) : (
              <Table label={t('settings.audit')} items={items} keyOf={({ row }) => row} columns={columns()} folds />
            )}
            {next !== null && (
              <button
                type="button"
                class="link"
                onClick={() => {
                  pages.value += 1;
                }}
              >
                {t('report.more')}
              </button>
            )}
          </>
        )}
      </Async>
    </section>
  );
}

function Filters({ query, onChange }: { query: AuditQuery; onChange: (changes: Partial<AuditQuery>) => void }) {
  const actions = useLoaded('audit-actions', api.auditActions);
  const people = [...users.value]
    .map(([value, label]) => ({ value, label }))
    .sort((a, b) => compareNames(a.label, b.label));
  const known = [...people, { value: 'server', label: t('audit.server') }];
  // A key, or somebody who is no longer here, by a link or by "only this".
  const isOther = query.actor !== '' && !known.some(({ value }) => value === query.actor);
  const words = (actions.value?.items ?? []).map((one) => ({ value: one.action, label: one.words }));
  return (
    <div class="form-pair">
      <SelectField
        label={t('audit.who')}
        value={query.actor}
        options={orNone(t('audit.everybody'), isOther ? [...known, { value: query.actor, label: query.actor }] : known)}
        onChange={(actor) => onChange({ actor })}
      />
      <SelectField
        label={t('audit.what')}
        value={query.action}
        options={orNone(t('audit.everything'), words)}
        onChange={(action) => onChange({ action })}
      />
      <TextField
        label={t('audit.object')}
        value={query.object}
        required={false}
        autoComplete="off"
        placeholder={t('audit.anyObject')}
        onInput={(object) => onChange({ object })}
      />
      <DateField label={t('audit.from')} value={query.from} onChange={(from) => onChange({ from })} />
      <DateField label={t('audit.to')} value={query.to} onChange={(to) => onChange({ to })} />
    </div>
  );
}

function whoOf({ actor: { id, kind, name } }: AuditRow): string {
  if (kind === 'server') return t('audit.server');
  if (kind === 'key') return t('maker.key', { name: name ?? id });
  return name ?? id;
}

const columns = (): Column<AuditRow>[] => [
  { head: t('audit.when'), cell: ({ at }) => <LogTime at={at} /> },
  { head: t('audit.who'), cell: whoOf },
  {
    head: t('audit.what'),
    cell: (row) => (
      <>
        {row.words}
        <div class="quiet">
          <ObjectName row={row} />
        </div>
      </>
    ),
  },
  { head: t('audit.detail'), cell: ({ detail }) => <Detail detail={detail} /> },
];

/** Field by field, the objects in it by their names where they are still there. */
function Detail({ detail }: { detail: AuditRow['detail'] }) {
  const fields = sayDetail(detail, nameOf);
  if (fields.length === 0) return null;
  return (
    <ul class="audit-detail">
      {fields.map((field) => (
        <li key={field.params.field}>
          <Words said={field} />
        </li>
      ))}
    </ul>
  );
}

function nameOf(id: string): string | null {
  const named = devices.value.get(id) ?? clients.value.get(id) ?? sites.value.get(id) ?? services.value.get(id);
  return named?.name ?? users.value.get(id) ?? null;
}

/** By its name where it is still there, otherwise by its id. */
function ObjectName({ row: { object, action } }: { row: AuditRow }) {
  if (object === '') return null;
  const device = devices.value.get(object);
  if (device) return <a href={deviceHref(object)}>{device.name}</a>;
  const client = clients.value.get(object);
  if (client) return <a href={clientHref(object)}>{client.name}</a>;
  const site = sites.value.get(object);
  if (site) return <a href={siteHref(object)}>{site.name}</a>;
  if (action.startsWith('incident.')) return <a href={incidentHref(object)}>{t('audit.incident')}</a>;
  const name = services.value.get(object)?.name ?? users.value.get(object);
  if (name !== undefined) return <>{name}</>;
  return (
    <a href={withQuery('/settings/audit', { object })} title={object}>
      {shortId(object)}
    </a>
  );
}
