import { useSignal } from '@preact/signals';
import type { Client } from '../../../protocol/api/view.ts';
import { sla } from '../../data/api-sla.ts';
import { remoteExample, remotePlaces } from '../../data/remote-places.ts';
import { isAdmin, reload } from '../../data/store.ts';
import { MakerName } from '../../parts/MakerName.tsx';
import { ReplaceReportLink } from '../../parts/ReplaceReportLink.tsx';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { Ago, When } from '../../ui/Ago.tsx';
import { AskButton } from '../../ui/AskButton.tsx';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { Field } from '../../ui/Field.tsx';
import { OnceDialog } from '../../ui/OnceDialog.tsx';
import { say } from '../../ui/Toasts.tsx';
import { rich, t } from '../../words/i18n.ts';

/** The page behind a secret link on which this client's people report problems, and how machines are reached. */
export function ClientLinks({ client }: { client: Client }) {
  return (
    <section class="card client-links">
      <header class="card-head">
        <h2>{t('links.title')}</h2>
      </header>
      <ReportLink clientId={client.id} exists={client.hasReportLink} />
      <RemoteUrl client={client} />
    </section>
  );
}

/** Who made the link, and whether anybody uses it. */
function ReportLinkFacts({ clientId }: { clientId: string }) {
  const loaded = useLoaded(`report link ${clientId}`, () => sla.reportLink(clientId));
  return (
    <Async loaded={loaded}>
      {({ link }) =>
        link && (
          <p class="hint">
            {rich('reportLink.facts', {
              maker: <MakerName {...link} />,
              made: <When at={link.createdAt} />,
              used: link.lastUsedAt === null ? t('keys.neverUsed') : <Ago at={link.lastUsedAt} />,
              end: link.expiresAt === null ? t('keys.endless') : <When at={link.expiresAt} />,
            })}
          </p>
        )
      }
    </Async>
  );
}

/** `exists` is undefined where the server does not tell; then both ways are offered. */
function ReportLink({ clientId, exists }: { clientId: string; exists: boolean | undefined }) {
  const url = useSignal<string | null>(null);
  return (
    <div class="setting">
      <div class="setting-words">
        <strong>{t('reportLink.title')}</strong>
        <p class="hint">{t('reportLink.hint')}</p>
        {exists && isAdmin.value && <ReportLinkFacts clientId={clientId} />}
      </div>
      <div class="view-actions">
        {exists ? (
          <ReplaceReportLink clientId={clientId} kind="plain" />
        ) : (
          <AskButton
            label={t('reportLink.make')}
            run={async () => {
              ({ url: url.value } = await sla.makeReportLink(clientId));
              void reload();
            }}
          >
            <p>{t('reportLink.makeSentence')}</p>
          </AskButton>
        )}
        {exists !== false && (
          <AskButton
            label={t('reportLink.close')}
            title={t('reportLink.remove')}
            kind="danger"
            run={async () => {
              await sla.removeReportLink(clientId);
              void reload();
              say(t('reportLink.removed'));
            }}
          >
            <p>{t('reportLink.removeSentence')}</p>
          </AskButton>
        )}
      </div>
      {url.value !== null && (
        <OnceDialog
          title={t('reportLink.made')}
          sentence={t('reportLink.once')}
          label={t('reportLink.title')}
          text={url.value}
          onClose={() => {
            url.value = null;
          }}
        />
      )}
    </div>
  );
}

function RemoteUrl({ client }: { client: Client }) {
  const text = useSignal(client.remoteUrl ?? '');
  return (
    <div class="setting">
      <Field label={t('remoteUrl.title')} hint={t('remoteUrl.hint', remotePlaces)}>
        {(id, describedBy) => (
          <input
            id={id}
            aria-describedby={describedBy}
            type="url"
            placeholder={remoteExample}
            autoComplete="off"
            value={text.value}
            onInput={(event) => {
              text.value = event.currentTarget.value;
            }}
          />
        )}
      </Field>
      <ActionButton
        run={async () => {
          await sla.changeClient(client.id, { remoteUrl: text.value.trim() || null });
          void reload();
          say(t('remoteUrl.saved'));
        }}
      >
        {t('action.save')}
      </ActionButton>
    </div>
  );
}
