import { useSignal } from '@preact/signals';
import type { CalendarException } from '../../../protocol/contract.ts';
import { sla } from '../../api-sla.ts';
import { nowMs } from '../../clock.ts';
import { dateText } from '../../format.ts';
import { t } from '../../i18n.ts';
import { mergeExceptions } from '../../week.ts';
import { dateIn } from '../../zone.ts';
import { ActionButton } from '../ActionButton.tsx';
import { Async, useLoaded } from '../Async.tsx';
import { SelectField } from '../Field.tsx';
import { Icon } from '../Icon.tsx';
import { say } from '../Toasts.tsx';
import { DayInputs } from './DayInputs.tsx';

interface ExceptionsProps {
  readonly exceptions: readonly CalendarException[];
  readonly onChange: (exceptions: CalendarException[]) => void;
}

/** Dates that differ from their weekday: closed, or with other hours. */
export function ExceptionsEditor({ exceptions, onChange }: ExceptionsProps) {
  const today = dateIn('UTC', nowMs.peek());
  const past = exceptions.filter(({ date }) => date < today);
  const coming = exceptions.filter(({ date }) => date >= today);
  const replace = (date: string, next: CalendarException | null) =>
    onChange(exceptions.flatMap((each) => (each.date === date ? (next ? [next] : []) : [each])));
  return (
    <div class="exceptions-editor">
      <h3>{t('exceptions.title')}</h3>
      {exceptions.length === 0 && <p class="quiet">{t('exceptions.none')}</p>}
      {past.length > 0 && (
        <details>
          <summary>{t('exceptions.past', { count: past.length })}</summary>
          <Lines items={past} onReplace={replace} />
        </details>
      )}
      <Lines items={coming} onReplace={replace} />
      <AddDate onAdd={(added) => onChange(mergeExceptions(exceptions, [added]))} />
      <AddHolidays
        onAdd={(added) => {
          const known = new Set(exceptions.map(({ date }) => date));
          const fresh = added.filter(({ date }) => !known.has(date));
          onChange(mergeExceptions(exceptions, fresh));
          say(t('exceptions.added', { count: fresh.length }));
        }}
      />
    </div>
  );
}

interface LinesProps {
  readonly items: readonly CalendarException[];
  readonly onReplace: (date: string, next: CalendarException | null) => void;
}

function Lines({ items, onReplace }: LinesProps) {
  return (
    <ul class="exception-lines">
      {items.map((each) => (
        <li key={each.date}>
          <span class="exception-date">{dateText(each.date)}</span>
          <input
            aria-label={t('exceptions.nameOf', { date: dateText(each.date) })}
            value={each.name}
            maxLength={120}
            onInput={(event) => onReplace(each.date, { ...each, name: event.currentTarget.value })}
          />
          <DayInputs name={''} hours={each.hours} onChange={(hours) => onReplace(each.date, { ...each, hours })} />
          <button
            type="button"
            class="icon-button"
            aria-label={t('exceptions.remove', { date: dateText(each.date), name: each.name })}
            onClick={() => onReplace(each.date, null)}
          >
            <Icon name="close" size={14} />
          </button>
        </li>
      ))}
    </ul>
  );
}

function AddDate({ onAdd }: { onAdd: (exception: CalendarException) => void }) {
  const date = useSignal('');
  const name = useSignal('');
  return (
    <div class="exception-add">
      <input
        type="date"
        aria-label={t('exceptions.date')}
        value={date.value}
        onInput={(event) => {
          date.value = event.currentTarget.value;
        }}
      />
      <input
        aria-label={t('exceptions.name')}
        placeholder={t('exceptions.name')}
        maxLength={120}
        value={name.value}
        onInput={(event) => {
          name.value = event.currentTarget.value;
        }}
      />
      <button
        type="button"
        class="button button-plain"
        disabled={date.value === ''}
        onClick={() => {
          onAdd({ date: date.value, name: name.value.trim() || t('calendar.closed'), hours: [] });
          date.value = '';
          name.value = '';
        }}
      >
        {t('exceptions.add')}
      </button>
    </div>
  );
}

/** National holidays of a country, region and year, as a start: each can be changed or removed afterwards. */
function AddHolidays({ onAdd }: { onAdd: (exceptions: CalendarException[]) => void }) {
  const countries = useLoaded('holiday-countries', sla.holidayCountries);
  const thisYear = new Date(nowMs.peek()).getUTCFullYear();
  const country = useSignal('CR');
  const region = useSignal('');
  const year = useSignal(String(thisYear));
  return (
    <fieldset class="holiday-add">
      <legend>{t('holidays.title')}</legend>
      <Async loaded={countries}>
        {({ items }) => {
          const chosen = items.find(({ code }) => code === country.value) ?? items[0];
          return (
            <>
              <SelectField
                label={t('holidays.country')}
                value={chosen?.code ?? ''}
                options={items.map(({ code, name }) => ({ value: code, label: name }))}
                onChange={(code) => {
                  country.value = code;
                  region.value = '';
                }}
              />
              {(chosen?.regions.length ?? 0) > 0 && (
                <SelectField
                  label={t('holidays.region')}
                  value={region.value}
                  options={[
                    { value: '', label: t('holidays.wholeCountry') },
                    ...(chosen?.regions ?? []).map(({ code, name }) => ({ value: code, label: name })),
                  ]}
                  onChange={(code) => {
                    region.value = code;
                  }}
                />
              )}
              <SelectField
                label={t('holidays.year')}
                value={year.value}
                options={[0, 1, 2].map((ahead) => ({
                  value: String(thisYear + ahead),
                  label: String(thisYear + ahead),
                }))}
                onChange={(next) => {
                  year.value = next;
                }}
              />
              <ActionButton
                run={async () => {
                  const found = await sla.holidays(chosen?.code ?? '', region.value, Number(year.value));
                  onAdd(found.items.map(({ date, name }) => ({ date, name: name.slice(0, 120), hours: [] })));
                }}
              >
                {t('holidays.add')}
              </ActionButton>
            </>
          );
        }}
      </Async>
    </fieldset>
  );
}
