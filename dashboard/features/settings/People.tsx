import { useSignal } from '@preact/signals';
import type { ResetLink, Role, User } from '../../../protocol/api/view.ts';
import { api } from '../../data/api.ts';
import { isAdmin, me } from '../../data/store.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { When } from '../../ui/Ago.tsx';
import { useLoaded } from '../../ui/Async.tsx';
import { CopyField } from '../../ui/CopyField.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { CreateDialog, ListSection } from '../../ui/ListSection.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { PasswordField } from '../../ui/PasswordField.tsx';
import { rich, t } from '../../words/i18n.ts';
import { RemovePerson } from './RemovePerson.tsx';

const roles = ['technician', 'viewer', 'admin'] as const satisfies readonly Role[];

/** Who may sign in. */
export function PeopleSettings() {
  const loaded = useLoaded('users', api.users);
  const removing = useSignal<User | null>(null);
  const resetting = useSignal<User | null>(null);
  if (!isAdmin.value) return <Nothing>{t('settings.adminsOnly')}</Nothing>;
  return (
    <>
      <ListSection
        title={t('settings.people')}
        hint={t('people.hint')}
        empty={t('people.none')}
        loaded={loaded}
        add={{ word: t('people.add'), dialog: (close, done) => <AddPerson onClose={close} onMade={done} /> }}
        columns={[
          { head: t('people.name'), cell: (user) => <strong>{user.name}</strong> },
          { head: t('people.email'), cell: (user) => user.email },
          { head: t('people.role'), cell: (user) => t(`role.${user.role}`) },
        ]}
        actions={(user) =>
          user.id !== me.value?.id && (
            <>
              <button
                type="button"
                class="link"
                aria-label={`${t('people.resetLink')}: ${user.name}`}
                onClick={() => {
                  resetting.value = user;
                }}
              >
                {t('people.resetLink')}
              </button>
              <button
                type="button"
                class="link"
                aria-label={`${t('action.remove')}: ${user.name}`}
                onClick={() => {
                  removing.value = user;
                }}
              >
                {t('action.remove')}
              </button>
            </>
          )
        }
      />
      {removing.value && (
        <RemovePerson
          user={removing.value}
          onClose={() => {
            removing.value = null;
          }}
          onDone={() => {
            removing.value = null;
            loaded.again();
          }}
        />
      )}
      {resetting.value && (
        <ResetLinkDialog
          user={resetting.value}
          onClose={() => {
            resetting.value = null;
          }}
        />
      )}
    </>
  );
}

/** A one-time link to a new password, for who forgot theirs. */
function ResetLinkDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const link = useSignal<ResetLink | null>(null);
  return (
    <Dialog title={`${t('people.resetLink')}: ${user.name}`} onClose={onClose}>
      {link.value === null ? (
        <>
          <p>{t('people.resetSentence', { name: user.name })}</p>
          <div class="dialog-actions">
            <ActionButton
              kind="primary"
              run={async () => {
                link.value = await api.makeResetLink(user.id);
              }}
            >
              {t('people.resetMake')}
            </ActionButton>
          </div>
        </>
      ) : (
        <>
          <p>{rich('people.resetOnce', { name: user.name, until: <When at={link.value.expiresAt} /> })}</p>
          <CopyField label={t('people.resetLink')} text={link.value.url} />
        </>
      )}
    </Dialog>
  );
}

function AddPerson({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const name = useSignal('');
  const email = useSignal('');
  const role = useSignal<(typeof roles)[number]>('technician');
  const password = useSignal('');
  return (
    <CreateDialog
      title={t('people.add')}
      submit={t('people.add')}
      onClose={onClose}
      run={async () => {
        await api.createUser({
          name: name.value.trim(),
          email: email.value.trim(),
          role: role.value,
          password: password.value,
        });
        onMade();
      }}
    >
      <TextField
        label={t('people.name')}
        value={name.value}
        autoComplete="off"
        autoFocus
        onInput={(text) => {
          name.value = text;
        }}
      />
      <TextField
        label={t('people.email')}
        type="email"
        value={email.value}
        autoComplete="off"
        onInput={(text) => {
          email.value = text;
        }}
      />
      <SelectField
        label={t('people.role')}
        value={role.value}
        options={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
        hint={t(`role.${role.value}.hint`)}
        onChange={(value) => {
          role.value = value;
        }}
      />
      <PasswordField kind="new" label={t('people.password')} value={password} />
    </CreateDialog>
  );
}
