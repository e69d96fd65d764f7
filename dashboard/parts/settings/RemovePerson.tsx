import { useSignal } from '@preact/signals';
import type { LeftBehind, User } from '../../../protocol/view.ts';
import { api } from '../../api.ts';
import { t } from '../../i18n.ts';
import { clients, sites } from '../../store.ts';
import { ActionButton } from '../ActionButton.tsx';
import { Async, useLoaded } from '../Async.tsx';
import { Dialog } from '../Dialog.tsx';
import { CheckField } from '../Field.tsx';

interface RemovePersonProps {
  readonly user: User;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Ends somebody's account, and what they left that still opens something, but for what is kept on purpose. */
export function RemovePerson({ user, onClose, onDone }: RemovePersonProps) {
  const loaded = useLoaded(`left ${user.id}`, () => api.leftBehind(user.id));
  return (
    <Dialog title={`${t('action.remove')}: ${user.name}`} onClose={onClose}>
      <p>{t('people.removeSentence', { name: user.name })}</p>
      <Async loaded={loaded}>{(left) => <Choice user={user} left={left} onDone={onDone} />}</Async>
    </Dialog>
  );
}

function Choice({ user, left, onDone }: { user: User; left: LeftBehind; onDone: () => void }) {
  const kept = useSignal<ReadonlySet<string>>(new Set());
  const things = [
    ...left.apiKeys.map((key) => ({
      id: key.id,
      words: t('left.key', { name: key.name, role: t(`role.${key.role}`) }),
    })),
    ...left.tokens.map((token) => ({
      id: token.id,
      words: t('left.token', {
        client: clients.value.get(token.clientId)?.name ?? '–',
        site: sites.value.get(token.siteId)?.name ?? '–',
        uses: String(token.usesLeft),
      }),
    })),
  ];
  return (
    <>
      {things.length > 0 && (
        <fieldset class="field">
          <legend>{t('left.title', { name: user.name })}</legend>
          <p class="hint">{t('left.hint')}</p>
          {things.map(({ id, words }) => (
            <CheckField
              key={id}
              label={t('left.keep', { thing: words })}
              checked={kept.value.has(id)}
              onChange={(isKept) => {
                const next = new Set(kept.value);
                if (isKept) next.add(id);
                else next.delete(id);
                kept.value = next;
              }}
            />
          ))}
        </fieldset>
      )}
      <div class="dialog-actions">
        <ActionButton
          kind="danger"
          run={async () => {
            await api.disableUser(user.id, [...kept.value]);
            onDone();
          }}
        >
          {t('action.remove')}
        </ActionButton>
      </div>
    </>
  );
}
