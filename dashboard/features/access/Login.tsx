import { useSignal } from '@preact/signals';
import { api } from '../../data/api.ts';
import { enter } from '../../data/store.ts';
import { useSubmit } from '../../data/use-submit.ts';
import { Gate } from '../../shell/Gate.tsx';
import { Failure } from '../../ui/Failure.tsx';
import { TextField } from '../../ui/Field.tsx';
import { t } from '../../words/i18n.ts';

/** The way in. The address stays, so that one arrives where one wanted to go. */
export function Login() {
  const email = useSignal('');
  const password = useSignal('');
  const { busy, error, onSubmit } = useSubmit(async () => {
    try {
      enter(await api.login(email.value.trim(), password.value));
    } catch (cause) {
      password.value = '';
      throw cause;
    }
  });
  return (
    <Gate title={t('login.title')} sentence={t('login.sentence')}>
      <form class="form" onSubmit={onSubmit}>
        <TextField
          label={t('people.email')}
          type="email"
          autoComplete="username"
          autoFocus
          value={email.value}
          onInput={(text) => {
            email.value = text;
          }}
        />
        <TextField
          label={t('people.password')}
          type="password"
          autoComplete="current-password"
          value={password.value}
          onInput={(text) => {
            password.value = text;
          }}
        />
        {error && <Failure sentence={error} />}
        <button type="submit" class="button button-primary button-wide" disabled={busy}>
          {t('login.submit')}
        </button>
      </form>
    </Gate>
  );
}
