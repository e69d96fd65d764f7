import { useSignal } from '@preact/signals';
import type { Receiver, ReceiverTest } from '../../../protocol/api/receiver.ts';
import { said } from '../../../protocol/said/said.ts';
import { sentenceOf } from '../../data/api.ts';
import { desk } from '../../data/desk-api.ts';
import { clients, isAdmin } from '../../data/store.ts';
import { Ago } from '../../ui/Ago.tsx';
import { useLoaded } from '../../ui/Async.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { ListSection } from '../../ui/ListSection.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { Words } from '../../ui/Words.tsx';
import { duration } from '../../words/format.ts';
import { rich, t } from '../../words/i18n.ts';
import { ReceiverForm } from './ReceiverForm.tsx';
import { whereTo } from './receiver-draft.ts';

/** Who is told of what, and whether it arrives. */
export function ReceiverSettings() {
  const loaded = useLoaded('receivers', desk.receivers);
  const editing = useSignal<Receiver | null>(null);
  if (!isAdmin.value) return <Nothing>{t('settings.adminsOnly')}</Nothing>;
  return (
    <>
      <ListSection
        title={t('settings.receivers')}
        hint={t('receivers.hint')}
        empty={t('receivers.none')}
        loaded={loaded}
        add={{
          word: t('receivers.add'),
          dialog: (close, done) => <ReceiverForm receiver={null} onClose={close} onSaved={done} />,
        }}
        columns={[
          { head: t('people.name'), cell: (receiver) => <Name receiver={receiver} /> },
          { head: t('receivers.what'), cell: (receiver) => <What receiver={receiver} /> },
          { head: t('receivers.delivery'), cell: (receiver) => <Delivery receiver={receiver} /> },
          { head: t('receivers.test'), cell: (receiver) => <Test receiver={receiver} /> },
        ]}
        actions={(receiver) => (
          <button
            type="button"
            class="link"
            aria-label={t('services.editThis', { name: receiver.name })}
            onClick={() => {
              editing.value = receiver;
            }}
          >
            {t('action.edit')}
          </button>
        )}
        remove={{
          word: t('action.remove'),
          nameOf: (receiver) => receiver.name,
          sentence: (receiver) => t('receivers.removeSentence', { name: receiver.name }),
          run: (receiver) => desk.deleteReceiver(receiver.id),
          allowed: () => true,
        }}
      />
      {editing.value && (
        <ReceiverForm
          receiver={editing.value}
          onClose={() => {
            editing.value = null;
          }}
          onSaved={() => {
            editing.value = null;
            loaded.again();
          }}
        />
      )}
    </>
  );
}

function Name({ receiver }: { receiver: Receiver }) {
  const kind = (['email', 'webhook', 'ntfy', 'telegram'] as const).find((known) => known === receiver.target.kind);
  return (
    <>
      <strong>{receiver.name}</strong>
      <span class="cell-more">
        {kind && t(`receiver.${kind}`)} {whereTo(receiver)}
      </span>
    </>
  );
}

function What({ receiver: { minPriority, clocks, clientId } }: { receiver: Receiver }) {
  return (
    <div class="receiver-what">
      {t('receivers.from', { priority: t(`priority.${minPriority}`) })}
      <span class="cell-more">
        {clientId === null ? t('keys.allClients') : (clients.value.get(clientId)?.name ?? '–')}
      </span>
      {clocks && <span class="cell-more">{t('receivers.withClocks')}</span>}
    </div>
  );
}

function Delivery({ receiver: { lastDeliveredAt, waiting, lastErrorSaid } }: { receiver: Receiver }) {
  return (
    <>
      {lastDeliveredAt === null ? t('receivers.never') : rich('receivers.last', { ago: <Ago at={lastDeliveredAt} /> })}
      {waiting > 0 && <span class="cell-more waits">{t('receivers.waiting', { count: waiting })}</span>}
      {lastErrorSaid !== null && (
        <span class="cell-more receiver-error">
          <Icon name="warning" size={14} /> <Words said={lastErrorSaid} />
        </span>
      )}
    </>
  );
}

/** Sends a message now, and shows what the receiver answered to it. */
function Test({ receiver }: { receiver: Receiver }) {
  const answered = useSignal<ReceiverTest | null>(null);
  const busy = useSignal(false);
  const test = async () => {
    busy.value = true;
    try {
      answered.value = await desk.testReceiver(receiver.id);
    } catch (cause) {
      const answer = sentenceOf(cause);
      answered.value = { ok: false, answer, said: said('program', { text: answer }), tookMs: 0 };
    } finally {
      busy.value = false;
    }
  };
  return (
    <div class="receiver-test">
      <button
        type="button"
        class="button button-plain"
        aria-label={t('receivers.testThis', { name: receiver.name })}
        disabled={busy.value}
        onClick={() => void test()}
      >
        <Icon name="send" size={14} />
        {t(busy.value ? 'receivers.testing' : 'receivers.send')}
      </button>
      <span role="status" class={answered.value?.ok === false ? 'test-answer test-failed' : 'test-answer'}>
        {answered.value && (
          <>
            <Icon name={answered.value.ok ? 'check' : 'warning'} size={14} />
            <span>
              <Words said={answered.value.said} />{' '}
              {answered.value.tookMs > 0 && (
                <span class="quiet">{t('receivers.took', { span: took(answered.value.tookMs) })}</span>
              )}
            </span>
          </>
        )}
      </span>
    </div>
  );
}

function took(tookMs: number): string {
  return tookMs < 1000 ? t('checks.took', { ms: tookMs }) : duration(tookMs);
}
