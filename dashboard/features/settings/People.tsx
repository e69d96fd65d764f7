import { useSignal } from '@preact/signals';
import type { ResetLink, Role, User } from '../../../protocol/api/view.ts';
import { api } from '../../data/api.ts';
import { isAdmin, me } from '../../data/store.ts';
import { useDraft } from '../../data/use-draft.ts';
import { When } from '../../ui/Ago.tsx';
import { useLoaded } from '../../ui/Async.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { ListSection } from '../../ui/ListSection.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { OnceDialog } from '../../ui/OnceDialog.tsx';
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
  const title = `${t('people.resetLink')}: ${user.name}`;
  if (link.value !== null) {
    const { url, expiresAt } = link.value;
    return (
      <OnceDialog
        title={title}
        sentence={rich('people.resetOnce', { name: user.name, until: <When at={expiresAt} /> })}
        label={t('people.resetLink')}
        text={url}
        onClose={onClose}
      />
    );
  }
  return (
    <FormDialog
      title={title}
      submit={t('people.resetMake')}
      onClose={onClose}
      run={async () => {
        link.value = await api.makeResetLink(user.id);
      }}
    >
      <p>{t('people.resetSentence', { name: user.name })}</p>
    </FormDialog>
  );
}

interface PersonDraft {
  readonly name: string;
  readonly email: string;
  readonly role: (typeof roles)[number];
  readonly password: string;
}

function AddPerson({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const draft = useDraft<PersonDraft>({ name: '', email: '', role: 'technician', password: '' });
  return (
    <FormDialog
      title={t('people.add')}
      submit={t('people.add')}
      onClose={onClose}
      run={async () => {
        await api.createUser({
          name: draft.value.name.trim(),
          email: draft.value.email.trim(),
          role: draft.value.role,
          password: draft.value.password,
        });
        onMade();
      }}
    >
      <TextField label={t('people.name')} {...draft.text('name')} autoComplete="off" autoFocus />
      <TextField label={t('people.email')} type="email" {...draft.text('email')} autoComplete="off" />
      <SelectField
        label={t('people.role')}
        {...draft.choice('role')}
        options={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
        hint={t(`role.${draft.value.role}.hint`)}
      />
      <PasswordField kind="new" label={t('people.password')} {...draft.text('password')} />
    </FormDialog>
  );
}
