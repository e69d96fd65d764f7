import { useSignal } from '@preact/signals';
import { api, sentenceOf } from '../api.ts';
import { t } from '../i18n.ts';
import { Failure } from '../parts/Async.tsx';
import { TextField } from '../parts/Field.tsx';
import { Gate } from '../parts/Gate.tsx';
import { enter } from '../store.ts';

/** The way in. The address stays, so that one arrives where one wanted to go. */
export function Login() {
  const email = useSignal('');
  const password = useSignal('');
  const error = useSignal<string | null>(null);
  const busy = useSignal(false);
  const submit = async () => {
    busy.value = true;
    try {
      enter(await api.login(email.value.trim(), password.value));
    } catch (cause) {
      error.value = sentenceOf(cause);
      password.value = '';
    } finally {
      busy.value = false;
    }
  };
  return (
    <Gate title={t('login.title')} sentence={t('login.sentence')}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
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
        {error.value && <Failure sentence={error.value} />}
        <button type="submit" class="button button-primary button-wide" disabled={busy.value}>
          {t('login.submit')}
        </button>
      </form>
    </Gate>
  );
}
