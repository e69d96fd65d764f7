import { useSignal } from '@preact/signals';
import type { RecoveryPlanDetail } from '../../../protocol/api/recovery.ts';
import { canAct } from '../../data/store.ts';
import { Ago, When } from '../../ui/Ago.tsx';
import { useLoaded } from '../../ui/Async.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { Fact, Facts } from '../../ui/Facts.tsx';
import { Failure } from '../../ui/Failure.tsx';
import { OnceDialog } from '../../ui/OnceDialog.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { bytes } from '../../words/format.ts';
import { recovery } from './api.ts';
import { rich, t } from './words.ts';

type Run = NonNullable<RecoveryPlanDetail['lastRun']>;

interface TellingProps {
  readonly plan: RecoveryPlanDetail;
  readonly onChanged: () => void;
}

/** How runs of the plan tell of themselves: by a secret address that a job calls when it begins and when it ends. */
export function Telling({ plan, onChanged }: TellingProps) {
  const asking = useSignal<'make' | 'revoke' | null>(null);
  const url = useSignal<string | null>(null);
  const runs = useLoaded(`${plan.id} ${plan.lastRun?.id ?? ''} ${plan.lastRun?.endedAt ?? ''}`, () =>
    recovery.runs(plan.id),
  );
  const close = () => {
    asking.value = null;
  };
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('ping.title')}</h2>
        {canAct.value && (
          <div class="card-actions">
            {plan.ping !== null && (
              <button
                type="button"
                class="button button-plain"
                onClick={() => {
                  asking.value = 'revoke';
                }}
              >
                {t('ping.revoke')}
              </button>
            )}
            <button
              type="button"
              class="button button-plain"
              onClick={() => {
                asking.value = 'make';
              }}
            >
              {t(plan.ping === null ? 'ping.make' : 'ping.replace')}
            </button>
          </div>
        )}
      </header>
      <p class="quiet">
        {plan.ping === null ? t('ping.none') : rich('ping.since', { when: <When at={plan.ping.createdAt} /> })}
      </p>
      {plan.ping?.expiresAt && (
        <Facts across>
          <Fact label={t('ping.ends')}>
            <When at={plan.ping.expiresAt} />
          </Fact>
        </Facts>
      )}
      {runs.error && <Failure sentence={runs.error} again={runs.again} />}
      {runs.value !== null && runs.value.items.length > 0 && (
        <Table label={t('ping.runs')} items={runs.value.items} keyOf={({ id }) => id} columns={columns} folds />
      )}
      {asking.value === 'make' && (
        <ConfirmDialog
          title={t(plan.ping === null ? 'ping.make' : 'ping.replace')}
          word={t('ping.make')}
          harmless
          run={async () => {
            url.value = (await recovery.makePing(plan.id)).url;
            onChanged();
          }}
          onClose={close}
        >
          <p>{t(plan.ping === null ? 'ping.makeSentence' : 'ping.replaceSentence')}</p>
        </ConfirmDialog>
      )}
      {asking.value === 'revoke' && (
        <ConfirmDialog
          title={t('ping.revoke')}
          word={t('ping.revoke')}
          run={async () => {
            await recovery.revokePing(plan.id);
            onChanged();
          }}
          onClose={close}
        >
          <p>{t('ping.revokeSentence')}</p>
        </ConfirmDialog>
      )}
      {url.value !== null && (
        <OnceDialog
          title={t('ping.made')}
          sentence={t('ping.once')}
          label={t('ping.line')}
          text={cronLines(url.value)}
          onClose={() => {
            url.value = null;
          }}
        />
      )}
    </section>
  );
}

/** What stands in a script around the backup. */
function cronLines(url: string): string {
  const curl = 'curl -fsS -m 20 --retry 3 -o /dev/null';
  return `${curl} ${url}/start; YOUR-BACKUP; ${curl} "${url}/success?exit=$?"`;
}

const columns: readonly Column<Run>[] = [
  {
    head: t('ping.began'),
    kind: 'name',
    cell: ({ startedAt }) => (startedAt === null ? t('ping.notTold') : <When at={startedAt} />),
  },
  { head: t('ping.ended'), cell: ({ endedAt }) => (endedAt === null ? '–' : <Ago at={endedAt} />) },
  { head: t('column.stage'), cell: ({ outcome }) => t(`ping.outcome.${outcome}`) },
  { head: t('ping.exit'), cell: ({ exitCode }) => exitCode ?? '–' },
  { head: t('ping.size'), cell: ({ sizeBytes }) => (sizeBytes === null ? '–' : bytes(sizeBytes)) },
];
