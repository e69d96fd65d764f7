import { useSignal } from '@preact/signals';
import type { MaintenanceWindow } from '../../../protocol/api/maintenance.ts';
import { clientChoices, orNone } from '../../data/choices.ts';
import { nowMinuteMs } from '../../data/clock.ts';
import { desk } from '../../data/desk-api.ts';
import { canAct } from '../../data/store.ts';
import { place, setQuery } from '../../route/router.ts';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { useMedia } from '../../ui/media.ts';
import { Segmented } from '../../ui/Segmented.tsx';
import { t } from '../../words/i18n.ts';
import { Agenda } from './Agenda.tsx';
import { MonthGrid } from './MonthGrid.tsx';
import { isMonth, monthAfter, monthGrid, monthOf } from './month-grid.ts';
import { WindowDetails } from './WindowDetails.tsx';
import { WindowForm } from './WindowForm.tsx';
import { WindowList } from './WindowList.tsx';
import { monthTitle } from './words.ts';

const shapes = ['month', 'agenda'] as const;

/** Planned work: when it is, what it covers, and whether its time counts. The month, client, shape and window stand in the address. */
export function Maintenance() {
  const { query } = place.value;
  const isNarrow = useMedia('(max-width: 760px)');
  const asked = query.get('month');
  const month = isMonth(asked) ? asked : monthOf(nowMinuteMs.value);
  const shape = shapes.find((name) => name === query.get('as')) ?? (isNarrow ? 'agenda' : 'month');
  const editing = useSignal<MaintenanceWindow | 'new' | null>(null);
  const days = monthGrid(month, []);
  const turn = useSignal(0);
  const clientId = query.get('client') ?? '';
  const windows = useLoaded(`windows ${clientId} ${turn.value}`, () => desk.windows(clientId));
  const planned = useLoaded(`planned ${month} ${clientId} ${turn.value}`, () =>
    desk.occurrences(days[0]?.fromMs ?? 0, days.at(-1)?.toMs ?? 0, clientId),
  );
  const again = () => {
    turn.value += 1;
  };
  const open = windows.value?.items.find(({ id }) => id === query.get('window'));
  const choose = (windowId: string) => setQuery({ window: windowId });
  return (
    <div class="view maintenance">
      <header class="view-head">
        <div>
          <h1>{t('nav.maintenance')}</h1>
          <p class="lead">{t('maintenance.lead')}</p>
        </div>
        {canAct.value && (
          <div class="view-actions">
            <button
              type="button"
              class="button button-primary"
              onClick={() => {
                editing.value = 'new';
              }}
            >
              {t('maintenance.plan')}
            </button>
          </div>
        )}
      </header>
      <div class="tools month-tools">
        <MonthStep to={monthAfter(month, -1)} label={t('maintenance.earlier')} icon="back" />
        <h2 class="month-title" aria-live="polite">
          {monthTitle(month)}
        </h2>
        <MonthStep to={monthAfter(month, 1)} label={t('maintenance.later')} icon="chevron" />
        <button type="button" class="button button-plain" onClick={() => setQuery({ month: null })}>
          {t('maintenance.today')}
        </button>
        <select
          class="select-plain"
          aria-label={t('fleet.client')}
          value={clientId}
          onChange={(event) => setQuery({ client: event.currentTarget.value })}
        >
          {orNone(t('incidents.allClients'), clientChoices()).map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        <Segmented
          label={t('maintenance.shape')}
          value={shape}
          options={shapes.map((value) => ({ value, label: t(`maintenance.${value}`) }))}
          onChange={(value) => setQuery({ as: value })}
        />
      </div>
      <Async loaded={planned}>
        {({ items }) =>
          shape === 'month' ? (
            <MonthGrid days={monthGrid(month, items)} onChoose={choose} />
          ) : (
            <Agenda days={monthGrid(month, items)} onChoose={choose} />
          )
        }
      </Async>
      <Async loaded={windows}>{({ items }) => <WindowList windows={items} onChoose={choose} />}</Async>
      {open && editing.value === null && (
        <WindowDetails
          key={open.id}
          window={open}
          onClose={() => setQuery({ window: null })}
          onEdit={() => {
            editing.value = open;
          }}
          onChanged={again}
        />
      )}
      {editing.value !== null && (
        <WindowForm
          window={editing.value === 'new' ? null : editing.value}
          onClose={() => {
            editing.value = null;
          }}
          onSaved={() => {
            editing.value = null;
            again();
          }}
        />
      )}
    </div>
  );
}

function MonthStep({ to, label, icon }: { to: string; label: string; icon: 'back' | 'chevron' }) {
  return (
    <button type="button" class="icon-button" aria-label={label} onClick={() => setQuery({ month: to })}>
      <Icon name={icon} />
    </button>
  );
}
