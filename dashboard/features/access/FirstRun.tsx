import { useSignal } from '@preact/signals';
import { api } from '../../data/api.ts';
import { enter } from '../../data/store.ts';
import { useSubmit } from '../../data/use-submit.ts';
import { navigate } from '../../route/router.ts';
import { Gate } from '../../shell/Gate.tsx';
import { Failure } from '../../ui/Failure.tsx';
import { TextField } from '../../ui/Field.tsx';
import { PasswordField } from '../../ui/PasswordField.tsx';
import { t } from '../../words/i18n.ts';

/** The first account, through the one-time link that the console printed. Its token never leaves the fragment and this form. */
export function FirstRun() {
  const token = new URLSearchParams(window.location.hash.slice(1)).get('token');
  if (!token) return <Gate title={t('firstRun.title')} sentence={t('firstRun.noLink')} />;
  return (
    <Gate title={t('firstRun.title')} sentence={t('firstRun.sentence')}>
      <AccountForm token={token} />
    </Gate>
  );
}

function AccountForm({ token }: { token: string }) {
  const name = useSignal('');
  const email = useSignal('');
  const password = useSignal('');
  const { busy, error, onSubmit } = useSubmit(async () => {
    const info = await api.firstRun({
      token,
      name: name.value.trim(),
      email: email.value.trim(),
      password: password.value,
    });
    navigate('/', { replace: true });
    enter(info);
  });
  return (
    <form class="form" onSubmit={onSubmit}>
      <TextField
        label={t('firstRun.name')}
        autoComplete="name"
        autoFocus
        value={name.value}
        onInput={(text) => {
          name.value = text;
        }}
      />
      <TextField
        label={t('people.email')}
        type="email"
        autoComplete="username"
        value={email.value}
        onInput={(text) => {
          email.value = text;
        }}
      />
      <PasswordField kind="new" label={t('people.password')} value={password} />
      {error && <Failure sentence={error} />}
      <button type="submit" class="button button-primary button-wide" disabled={busy}>
        {t('firstRun.submit')}
      </button>
    </form>
  );
}
