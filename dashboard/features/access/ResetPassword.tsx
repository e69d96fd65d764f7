import { useSignal } from '@preact/signals';
import type { PasswordResetOwner } from '../../../protocol/api/view.ts';
import { api } from '../../data/api.ts';
import { enter } from '../../data/store.ts';
import { useSubmit } from '../../data/use-submit.ts';
import { navigate } from '../../route/router.ts';
import { Gate } from '../../shell/Gate.tsx';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { Failure } from '../../ui/Failure.tsx';
import { PasswordField } from '../../ui/PasswordField.tsx';
import { t } from '../../words/i18n.ts';

/** A new password through the one-time link of an admin. Its token never leaves the fragment and this page. */
export function ResetPassword() {
  const token = new URLSearchParams(window.location.hash.slice(1)).get('token');
  if (!token) return <Gate title={t('reset.title')} sentence={t('reset.noLink')} />;
  return <Reset token={token} />;
}

function Reset({ token }: { token: string }) {
  const loaded = useLoaded(`reset ${token}`, () => api.resetOwner(token));
  return (
    <Gate title={t('reset.title')} sentence={t('reset.sentence')}>
      <Async loaded={loaded}>{(owner) => <ResetForm token={token} owner={owner} />}</Async>
    </Gate>
  );
}

function ResetForm({ token, owner }: { token: string; owner: PasswordResetOwner }) {
  const password = useSignal('');
  const { busy, error, onSubmit } = useSubmit(async () => {
    const info = await api.resetPassword(token, password.value);
    navigate('/', { replace: true });
    enter(info);
  });
  return (
    <form class="form" onSubmit={onSubmit}>
      <p>{t('reset.for', { name: owner.name, email: owner.email })}</p>
      <input
        type="email"
        class="sr"
        autoComplete="username"
        tabIndex={-1}
        readOnly
        aria-hidden="true"
        value={owner.email}
      />
      <PasswordField kind="new" label={t('account.next')} value={password} autoFocus />
      {error && <Failure sentence={error} />}
      <button type="submit" class="button button-primary button-wide" disabled={busy}>
        {t('reset.submit')}
      </button>
    </form>
  );
}
