import { useSignal } from '@preact/signals';
import type { Role } from '../../../protocol/view.ts';
import { api } from '../../api.ts';
import { t } from '../../i18n.ts';
import { isAdmin, me } from '../../store.ts';
import { useLoaded } from '../Async.tsx';
import { SelectField, TextField } from '../Field.tsx';
import { CreateDialog, ListSection } from './ListSection.tsx';

const LEAST_PASSWORD = 12;
const roles = ['technician', 'viewer', 'admin'] as const satisfies readonly Role[];

/** Who may sign in. */
export function PeopleSettings() {
  const loaded = useLoaded('users', api.users);
  if (!isAdmin.value) return <p class="nothing">{t('settings.adminsOnly')}</p>;
  return (
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
      remove={{
        word: t('action.remove'),
        nameOf: (user) => user.name,
        sentence: (user) => t('people.removeSentence', { name: user.name }),
        run: (user) => api.deleteUser(user.id),
        allowed: (user) => user.id !== me.value?.id,
      }}
    />
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
      <TextField
        label={t('people.password')}
        hint={t('login.passwordHint')}
        type="password"
        minLength={LEAST_PASSWORD}
        autoComplete="new-password"
        value={password.value}
        onInput={(text) => {
          password.value = text;
        }}
      />
    </CreateDialog>
  );
}
