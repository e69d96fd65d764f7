import type { Page } from '../../../protocol/api/page.ts';
import type { Check } from '../../../protocol/api/service.ts';
import { nowMs } from '../../data/clock.ts';
import { canAct, clients, devices } from '../../data/store.ts';
import { ServiceState } from '../../parts/ServiceState.tsx';
import { Ago } from '../../ui/Ago.tsx';
import type { Loaded } from '../../ui/Async.tsx';
import { ListSection } from '../../ui/ListSection.tsx';
import { Words } from '../../ui/Words.tsx';
import { decimal, duration } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';
import { targetText } from './check-draft.ts';

interface CheckListProps {
  readonly loaded: Loaded<Page<Check>>;
  readonly onEdit: (check: Check) => void;
}

/** Every check with what it last said, how long it took and who runs it. */
export function CheckList({ loaded, onEdit }: CheckListProps) {
  return (
    <ListSection
      title={t('checks.title')}
      hint={t('checks.hint')}
      empty={t('checks.none')}
      loaded={loaded}
      columns={[
        { head: t('checks.state'), cell: (check) => <ServiceState state={check.state} /> },
        { head: t('checks.name'), cell: (check) => <CheckName check={check} /> },
        { head: t('checks.runBy'), cell: (check) => <RunBy check={check} /> },
        { head: t('checks.last'), cell: (check) => <LastRun check={check} /> },
        { head: t('checks.certificate'), cell: (check) => <Certificate check={check} /> },
      ]}
      {...(canAct.value && {
        actions: (check: Check) => (
          <button
            type="button"
            class="link"
            aria-label={t('services.editThis', { name: check.name })}
            onClick={() => onEdit(check)}
          >
            {t('action.edit')}
          </button>
        ),
      })}
    />
  );
}

function CheckName({ check }: { check: Check }) {
  return (
    <>
      <strong>{check.name}</strong>
      <span class="cell-more">
        {t(`check.${check.target.kind}`)} <code>{targetText(check.target)}</code>
      </span>
      <span class="cell-more">
        <Words said={check.said} />
      </span>
    </>
  );
}

function RunBy({ check }: { check: Check }) {
  return (
    <>
      {check.deviceId === null ? t('checks.server') : (devices.value.get(check.deviceId)?.name ?? '–')}
      <span class="cell-more">{clients.value.get(check.clientId)?.name}</span>
      <span class="cell-more">{t('checks.every', { span: duration(check.intervalSeconds * 1000) })}</span>
    </>
  );
}

function LastRun({ check }: { check: Check }) {
  if (check.lastRunAt === null) return <>{t('fleet.never')}</>;
  return (
    <>
      <Ago at={check.lastRunAt} />
      <span class="cell-more">
        {[
          ...(check.durationMs === null ? [] : [t('checks.took', { ms: decimal(check.durationMs, 0) })]),
          ...(check.httpStatus === null ? [] : [`HTTP ${check.httpStatus}`]),
        ].join(', ')}
      </span>
    </>
  );
}

function Certificate({ check }: { check: Check }) {
  if (check.certificateEndsAt === null) return <>–</>;
  const leftMs = Date.parse(check.certificateEndsAt) - nowMs.value;
  const warnDays = check.target.kind === 'http' ? (check.target.certificateDays ?? 0) : 0;
  const isClose = leftMs < warnDays * 86_400_000;
  return (
    <span class={isClose ? 'certificate-close' : ''}>
      {leftMs > 0 ? t('checks.ends', { span: duration(leftMs) }) : t('checks.ended', { span: duration(-leftMs) })}
    </span>
  );
}
