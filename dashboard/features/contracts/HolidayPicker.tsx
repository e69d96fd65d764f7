import { useSignal } from '@preact/signals';
import type { CalendarException, HolidayYear } from '../../../protocol/api/contract.ts';
import { sla } from '../../data/api-sla.ts';
import { nowMs } from '../../data/clock.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { Async, type Loaded, useLoaded } from '../../ui/Async.tsx';
import { SelectField } from '../../ui/Field.tsx';
import { dateText } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';
import { HolidayCorrection } from './HolidayCorrection.tsx';

type OnAdd = (exceptions: CalendarException[]) => void;

/** National holidays of a country, region and year, as a start: each can be changed or removed afterwards. */
export function HolidayPicker({ onAdd }: { onAdd: OnAdd }) {
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
          const code = chosen?.code ?? '';
          return (
            <>
              <SelectField
                label={t('holidays.country')}
                value={code}
                options={items.map((one) => ({ value: one.code, label: one.name }))}
                onChange={(next) => {
                  country.value = next;
                  region.value = '';
                }}
              />
              {(chosen?.regions.length ?? 0) > 0 && (
                <SelectField
                  label={t('holidays.region')}
                  value={region.value}
                  options={[
                    { value: '', label: t('holidays.wholeCountry') },
                    ...(chosen?.regions ?? []).map((one) => ({ value: one.code, label: one.name })),
                  ]}
                  onChange={(next) => {
                    region.value = next;
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
              <OfYear
                key={`${code}/${region.value}/${year.value}`}
                country={code}
                region={region.value}
                year={Number(year.value)}
                onAdd={onAdd}
              />
            </>
          );
        }}
      </Async>
    </fieldset>
  );
}

interface OfYearProps {
  readonly country: string;
  readonly region: string;
  readonly year: number;
  readonly onAdd: OnAdd;
}

function OfYear({ country, region, year, onAdd }: OfYearProps) {
  const loaded: Loaded<HolidayYear> = useLoaded('year', () => sla.holidays(country, region, year));
  return (
    <Async loaded={loaded}>
      {(found) => (
        <>
          <ActionButton
            run={async () =>
              // What only banks, schools or customs keep is no closed day.
              onAdd(
                found.items
                  .filter(({ type }) => type === 'public')
                  .map(({ date, name }) => ({ date, name: name.slice(0, 120), hours: [] })),
              )
            }
          >
            {t('holidays.add')}
          </ActionButton>
          <div class="holiday-source">
            <p class="hint">
              {t('holidays.source', {
                library: `${found.library.name} ${found.library.version}`,
                date: dateText(found.library.releasedOn),
                reviewed: dateText(found.reviewedOn),
              })}
            </p>
            {found.notes.map((note) => (
              <p key={note} class="hint">
                {note}
              </p>
            ))}
            <Corrections year={found} />
            <HolidayCorrection
              key={found.corrected?.at ?? ''}
              place={{ country, region: region || null, year }}
              found={found}
              onSaved={loaded.set}
            />
          </div>
        </>
      )}
    </Async>
  );
}

function Corrections({ year: { corrections } }: { year: HolidayYear }) {
  if (corrections.length === 0) return null;
  return (
    <ul class="holiday-corrections">
      {corrections.map(({ date, kind, name, why, source, by }) => (
        <li key={`${date} ${kind}`}>
          <strong>{t(kind === 'added' ? 'holidays.isOne' : 'holidays.isNone', { date: dateText(date), name })}</strong>{' '}
          <span class="hint">
            {why} {by !== null && t('holidays.saidBy', { by })}
            {source !== null && (
              <a href={source} target="_blank" rel="noreferrer">
                {t('holidays.read')}
              </a>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
