import { useSignal } from '@preact/signals';
import { api } from '../../data/api.ts';
import { me } from '../../data/store.ts';
import { useSubmit } from '../../data/use-submit.ts';
import { Failure } from '../../ui/Failure.tsx';
import { PasswordField } from '../../ui/PasswordField.tsx';
import { say } from '../../ui/Toasts.tsx';
import { t } from '../../words/i18n.ts';

/** One's own password. */
export function AccountSettings() {
  const current = useSignal('');
  const next = useSignal('');
  const { busy, error, onSubmit } = useSubmit(async () => {
    await api.changePassword(current.value, next.value);
    current.value = '';
    next.value = '';
    say(t('account.changed'));
  });
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('account.title')}</h2>
      </header>
      <form class="form" onSubmit={onSubmit}>
        <p class="hint">{t('account.hint', { email: me.value?.email ?? '' })}</p>
        {/* Password managers file the new password under this name. */}
        <input
          type="email"
          class="sr"
          autoComplete="username"
          tabIndex={-1}
          readOnly
          aria-hidden="true"
          value={me.value?.email ?? ''}
        />
        <PasswordField kind="current" label={t('account.current')} value={current} />
        <PasswordField kind="new" label={t('account.next')} value={next} />
        {error && <Failure sentence={error} />}
        <div>
          <button type="submit" class="button button-primary" disabled={busy}>
            {t('account.submit')}
          </button>
        </div>
      </form>
    </section>
  );
}
