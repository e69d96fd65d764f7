import type { User } from '../../../protocol/api/view.ts';
import { api } from '../../data/api.ts';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { t } from '../../words/i18n.ts';
import { LeftChoice } from './LeftChoice.tsx';

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
      <Async loaded={loaded}>
        {(left) => (
          <LeftChoice
            name={user.name}
            left={left}
            onCancel={onClose}
            word={t('action.remove')}
            run={async (keep) => {
              await api.disableUser(user.id, keep);
              onDone();
            }}
          />
        )}
      </Async>
    </Dialog>
  );
}
