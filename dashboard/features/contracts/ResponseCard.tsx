import type { ClockEnd, ResponseTarget } from '../../../protocol/api/contract.ts';
import { hoursText, readHours } from '../../data/contract-draft.ts';
import { plainPriorities } from '../../data/priority.ts';
import { SelectField } from '../../ui/Field.tsx';
import { t } from '../../words/i18n.ts';
import type { CardProps, MarkedProps } from './card.ts';
import { AmountField, Check } from './Fields.tsx';

const readWhole = (text: string) => (/^\d{1,5}$/.test(text.trim()) ? Number(text) : undefined);

/** Times to first response, emergencies, and what starts the clock. */
export function ResponseCard({ terms, change, mark }: MarkedProps) {
  const { response, emergency } = terms;
  const set = (priority: 'high' | 'medium' | 'normal', target: ResponseTarget) =>
    change({ response: { ...response, [priority]: target } });
  return (
    <section class="card form">
      <h2>{t('contract.responseTitle')}</h2>
      <p class="hint">{t('contract.responseHint')}</p>
      <div class="response-grid">
        {plainPriorities.map((priority) => (
          <div key={priority} class="response-line">
            <AmountField
              label={t(`priority.${priority}`)}
              unit={t('contract.unitHours')}
              value={response[priority].minutes}
              read={readHours}
              write={hoursText}
              optional={t('contract.notAgreed')}
              onChange={(minutes) => set(priority, { ...response[priority], minutes })}
              onWrong={mark(`response.${priority}`)}
            />
            <Check
              label={t('contract.binding')}
              checked={response[priority].binding}
              onChange={(binding) => set(priority, { ...response[priority], binding })}
            />
          </div>
        ))}
        <div class="response-line">
          <AmountField
            label={t('priority.emergency')}
            unit={t('contract.unitMinutes')}
            value={emergency.minutes}
            read={readWhole}
            write={String}
            onChange={(minutes) => minutes !== null && change({ emergency: { ...emergency, minutes } })}
            onWrong={mark('emergency')}
          />
          <Check
            label={t('contract.aroundTheClock')}
            checked={emergency.aroundTheClock}
            onChange={(aroundTheClock) => change({ emergency: { ...emergency, aroundTheClock } })}
          />
        </div>
        <AmountField
          label={t('contract.onSite')}
          unit={t('contract.unitHours')}
          value={emergency.onSiteMinutes}
          read={readHours}
          write={hoursText}
          optional={t('contract.notAgreed')}
          onChange={(onSiteMinutes) => change({ emergency: { ...emergency, onSiteMinutes } })}
          onWrong={mark('onSite')}
        />
      </div>
      <fieldset class="kinds">
        <legend>{t('contract.clockFrom')}</legend>
        {(['report', 'detection'] as const).map((value) => (
          <label key={value} class="kind">
            <input
              type="radio"
              name="clockFrom"
              checked={terms.clockFrom === value}
              onChange={() => change({ clockFrom: value })}
            />
            <span>
              <strong>{t(`contract.clockFrom.${value}`)}</strong>
              <span class="hint">{t(`contract.clockFrom.${value}.hint`)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <Ends terms={terms} change={change} />
    </section>
  );
}

const ends = ['acknowledged', 'responded', 'on_site', 'restored'] as const satisfies readonly ClockEnd[];

/** Which of an incident's four times its clock ends at, what a recovery by itself counts as, and from when somebody is awaited. */
function Ends({ terms, change }: CardProps) {
  const { clockEnds, selfRecovery, onSiteFrom } = terms;
  return (
    <div class="form-triple">
      {(['report', 'detection'] as const).map((source) => (
        <SelectField
          key={source}
          label={t(`contract.clockEnds.${source}`)}
          value={clockEnds[source]}
          options={ends.map((value) => ({ value, label: t(`contract.ends.${value}`) }))}
          onChange={(end) => change({ clockEnds: { ...clockEnds, [source]: end } })}
        />
      ))}
      <SelectField
        label={t('contract.selfRecovery')}
        value={selfRecovery}
        options={(['apart', 'met'] as const).map((value) => ({ value, label: t(`contract.selfRecovery.${value}`) }))}
        onChange={(next) => change({ selfRecovery: next })}
      />
      <SelectField
        label={t('contract.onSiteFrom')}
        value={onSiteFrom}
        options={(['report', 'not_remotely'] as const).map((value) => ({
          value,
          label: t(`contract.onSiteFrom.${value}`),
        }))}
        onChange={(next) => change({ onSiteFrom: next })}
      />
    </div>
  );
}
