import type { Contract, ContractTerms, ContractVersion, ResponseTarget } from '../../protocol/api/contract.ts';
import { nowMs } from '../data/clock.ts';
import { hoursText, percentText } from '../data/contract-draft.ts';
import { plainPriorities } from '../data/priority.ts';
import { canAct, sites } from '../data/store.ts';
import { contractHref } from '../route/routes.ts';
import { When } from '../ui/Ago.tsx';
import { Fact, Facts } from '../ui/Facts.tsx';
import { Nothing } from '../ui/Nothing.tsx';
import { Words } from '../ui/Words.tsx';
import { dateText } from '../words/format.ts';
import { rich, t } from '../words/i18n.ts';
import { calendarText } from '../words/sla-text.ts';
import { effectiveCalendar, weekMinutes } from '../words/week.ts';
import { dateIn } from '../words/zone.ts';
import { UpcomingExceptions } from './ExceptionList.tsx';
import { WeekGrid } from './WeekGrid.tsx';

/** What was agreed with a client, and every earlier version of it. */
export function ContractSummary({ contract }: { contract: Contract }) {
  const { clientId, current, warningsSaid: warnings } = contract;
  return (
    <section class="card contract-card">
      <header class="card-head">
        <h2>{t('contract.title')}</h2>
        {canAct.value && (
          <a class="button button-plain" href={contractHref(clientId)}>
            {t(current ? 'contract.edit' : 'contract.make')}
          </a>
        )}
      </header>
      {current === null ? (
        <Nothing>{t('contract.none')}</Nothing>
      ) : (
        <>
          {warnings.length > 0 && (
            <ul class="notices">
              {warnings.map((warning) => (
                <li key={JSON.stringify(warning)}>
                  <Words said={warning} />
                </li>
              ))}
            </ul>
          )}
          <Terms terms={current.terms} />
          <Versions versions={contract.versions} />
        </>
      )}
    </section>
  );
}

function Terms({ terms }: { terms: ContractTerms }) {
  const { saturday, siteCalendars } = terms;
  const calendar = effectiveCalendar(terms, (person) => t('duty.by', { person: person || t('duty.somebody') }));
  const today = dateIn(calendar.timeZone, nowMs.peek());
  const own = Object.entries(siteCalendars);
  return (
    <div class="contract-columns">
      <Facts>
        <Fact label={t('contract.tier')}>
          <strong>{terms.tierName}</strong>
        </Fact>
        {plainPriorities.map((priority) => (
          <Fact key={priority} label={t(`priority.${priority}`)}>
            {responseText(terms.response[priority])}
          </Fact>
        ))}
        <Fact label={t('priority.emergency')}>{emergencyText(terms)}</Fact>
        <Fact label={t('contract.clockFrom')}>{t(`contract.clockFrom.${terms.clockFrom}`)}</Fact>
        <Fact label={t('contract.clockEnds.report')}>{t(`contract.ends.${terms.clockEnds.report}`)}</Fact>
        <Fact label={t('contract.clockEnds.detection')}>{t(`contract.ends.${terms.clockEnds.detection}`)}</Fact>
        <Fact label={t('contract.selfRecovery')}>{t(`contract.selfRecovery.${terms.selfRecovery}`)}</Fact>
        <Fact label={t('contract.servers')}>{targetText(terms.availability.serverTargetPpm)}</Fact>
        <Fact label={t('contract.services')}>{targetText(terms.availability.serviceTargetPpm)}</Fact>
        <Fact label={t('contract.workstations')}>{targetText(terms.availability.workstationTargetPpm)}</Fact>
        <Fact label={t('contract.excludes')}>
          {terms.excludes.map((each) => t(`blame.${each}`)).join(', ') || t('contract.excludesNothing')}
        </Fact>
        <Fact label={t('contract.recovery')}>
          {t('contract.recoveryIs', {
            rpo: spanText(terms.recovery.rpoMinutes),
            rto: spanText(terms.recovery.rtoMinutes),
          })}
        </Fact>
        <Fact label={t('contract.notice')}>{spanText(terms.maintenanceNoticeMinutes)}</Fact>
        <Fact label={t('contract.dates')}>
          {terms.endsOn === null
            ? t('contract.from', { date: dateText(terms.startsOn) })
            : t('strip.span', { from: dateText(terms.startsOn), to: dateText(terms.endsOn) })}
        </Fact>
      </Facts>
      <div class="contract-calendar">
        <h3>
          {t('calendar.title', { zone: calendar.timeZone })}{' '}
          <span class="quiet">{t('calendar.aWeek', { hours: hoursText(weekMinutes(calendar.weekly)) })}</span>
        </h3>
        <WeekGrid weekly={calendar.weekly} />
        {saturday && <p class="hint">{t('calendar.saturday')}</p>}
        <h3>{t('exceptions.coming')}</h3>
        <UpcomingExceptions exceptions={calendar.exceptions} today={today} />
        {own.length > 0 && (
          <>
            <h3>{t('calendar.sites')}</h3>
            <ul class="exceptions">
              {own.map(([siteId, hours]) => (
                <li key={siteId}>
                  <span>{sites.value.get(siteId)?.name ?? siteId}</span>
                  <span>{calendarText(hours)}</span>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </div>
  );
}

function responseText({ minutes, binding }: ResponseTarget): string {
  if (minutes === null) return t('contract.notAgreed');
  const span = t('contract.businessHours', { hours: hoursText(minutes) });
  return binding ? span : t('contract.notBinding', { span });
}

function emergencyText({ emergency, onSiteFrom }: ContractTerms): string {
  return [
    t(emergency.aroundTheClock ? 'contract.minutesAlways' : 'contract.minutesInHours', { count: emergency.minutes }),
    ...(emergency.onSiteMinutes === null
      ? []
      : [
          t('contract.onSiteWithin', {
            hours: hoursText(emergency.onSiteMinutes),
            from: t(`contract.onSiteFrom.${onSiteFrom}`),
          }),
        ]),
  ].join(', ');
}

function targetText(ppm: number | null): string {
  return ppm === null ? t('contract.noTarget') : `${percentText(ppm)} %`;
}

function spanText(minutes: number | null): string {
  return minutes === null ? t('contract.notAgreed') : t('contract.hours', { hours: hoursText(minutes) });
}

function Versions({ versions }: { versions: readonly ContractVersion[] }) {
  return (
    <details class="versions">
      <summary>{t('contract.versions', { count: versions.length })}</summary>
      <p class="hint">{t('contract.versionsHint')}</p>
      <ol>
        {versions.map((version) => (
          <li key={version.version}>
            <b>{t('contract.version', { number: version.version })}</b>
            <span>
              {version.terms.tierName}, {targetText(version.terms.availability.serverTargetPpm)},{' '}
              {calendarText(effectiveCalendar(version.terms))}
            </span>
            <span class="quiet">
              {rich('contract.versionFrom', { when: <When at={version.effectiveAt} />, name: version.createdBy })}
            </span>
          </li>
        ))}
      </ol>
    </details>
  );
}
