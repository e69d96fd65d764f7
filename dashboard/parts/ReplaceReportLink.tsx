import { useSignal } from '@preact/signals';
import { sla } from '../data/api-sla.ts';
import { reload } from '../data/store.ts';
import { ActionButton } from '../ui/ActionButton.tsx';
import { OnceDialog } from '../ui/OnceDialog.tsx';
import { t } from '../words/i18n.ts';

interface ReplaceReportLinkProps {
  readonly clientId: string;
  readonly kind: 'plain' | 'link';
}

/** A link that leaked ends with one click, and the new one is there to be handed out. */
export function ReplaceReportLink({ clientId, kind }: ReplaceReportLinkProps) {
  const url = useSignal<string | null>(null);
  return (
    <>
      <ActionButton
        kind={kind}
        title={t('reportLink.replaceHint')}
        run={async () => {
          ({ url: url.value } = await sla.makeReportLink(clientId));
          void reload();
        }}
      >
        {t('reportLink.replace')}
      </ActionButton>
      {url.value !== null && (
        <OnceDialog
          title={t('reportLink.made')}
          sentence={t('reportLink.replaced')}
          label={t('reportLink.title')}
          text={url.value}
          onClose={() => {
            url.value = null;
          }}
        />
      )}
    </>
  );
}
