import { hoursText, percentText, readHours, readPercent, responsibilities } from '../../data/contract-draft.ts';
import { t } from '../../words/i18n.ts';
import type { MarkedProps } from './card.ts';
import { AmountField, Check } from './Fields.tsx';

/** What is promised of availability, recovery and notice. */
export function TargetsCard({ terms, change, mark }: MarkedProps) {
  const { availability, recovery } = terms;
  const targets = [
    ['serverTargetPpm', 'contract.servers'],
    ['serviceTargetPpm', 'contract.services'],
    ['workstationTargetPpm', 'contract.workstations'],
  ] as const;
  return (
    <section class="card form">
      <h2>{t('contract.targets')}</h2>
      <p class="hint">{t('contract.targetsHint')}</p>
      <div class="form-triple">
        {targets.map(([name, label]) => (
          <AmountField
            key={name}
            label={t(label)}
            unit="%"
            value={availability[name]}
            read={readPercent}
            write={percentText}
            optional={t('contract.noTarget')}
            onChange={(ppm) => change({ availability: { ...availability, [name]: ppm } })}
            onWrong={mark(name)}
          />
        ))}
        <AmountField
          label={t('contract.rpo')}
          unit={t('contract.unitHours')}
          value={recovery.rpoMinutes}
          read={readHours}
          write={hoursText}
          optional={t('contract.notAgreed')}
          onChange={(rpoMinutes) => change({ recovery: { ...recovery, rpoMinutes } })}
          onWrong={mark('rpo')}
        />
        <AmountField
          label={t('contract.rto')}
          unit={t('contract.unitHours')}
          value={recovery.rtoMinutes}
          read={readHours}
          write={hoursText}
          optional={t('contract.notAgreed')}
          onChange={(rtoMinutes) => change({ recovery: { ...recovery, rtoMinutes } })}
          onWrong={mark('rto')}
        />
        <AmountField
          label={t('contract.notice')}
          unit={t('contract.unitHours')}
          value={terms.maintenanceNoticeMinutes}
          read={readHours}
          write={hoursText}
          onChange={(minutes) => minutes !== null && change({ maintenanceNoticeMinutes: minutes })}
          onWrong={mark('notice')}
        />
      </div>
      <fieldset class="kinds">
        <legend>{t('contract.excludes')}</legend>
        {responsibilities.map((each) => (
          <Check
            key={each}
            label={t(`blame.${each}`)}
            checked={terms.excludes.includes(each)}
            onChange={(checked) =>
              change({
                excludes: responsibilities.filter((one) => (one === each ? checked : terms.excludes.includes(one))),
              })
            }
          />
        ))}
      </fieldset>
      <p class="hint">{t('contract.excludesHint')}</p>
    </section>
  );
}
