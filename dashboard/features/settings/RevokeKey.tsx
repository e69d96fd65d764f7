import type { ApiKey } from '../../../protocol/api/view.ts';
import { api } from '../../data/api.ts';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { t } from '../../words/i18n.ts';
import { LeftChoice } from './LeftChoice.tsx';

interface RevokeKeyProps {
  readonly apiKey: ApiKey;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Ends a key, and what was made with it, but for what is kept on purpose. */
export function RevokeKey({ apiKey, onClose, onDone }: RevokeKeyProps) {
  const loaded = useLoaded(`left ${apiKey.id}`, () => api.leftByKey(apiKey.id));
  return (
    <Dialog title={`${t('action.revoke')}: ${apiKey.name}`} onClose={onClose}>
      <p>{t('keys.revokeSentence')}</p>
      <Async loaded={loaded}>
        {(left) => (
          <LeftChoice
            name={apiKey.name}
            left={left}
            onCancel={onClose}
            word={t('action.revoke')}
            run={async (keep) => {
              await api.revokeApiKey(apiKey.id, keep);
              onDone();
            }}
          />
        )}
      </Async>
    </Dialog>
  );
}
