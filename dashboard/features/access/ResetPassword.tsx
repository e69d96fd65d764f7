import type { PasswordResetOwner } from '../../../protocol/api/view.ts';
import { api } from '../../data/api.ts';
import { enter } from '../../data/store.ts';
import { useDraft } from '../../data/use-draft.ts';
import { navigate } from '../../route/router.ts';
import { Gate } from '../../shell/Gate.tsx';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { Form } from '../../ui/Form.tsx';
import { PasswordField, PasswordOwner } from '../../ui/PasswordField.tsx';
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
  const draft = useDraft({ password: '' });
  const reset = async () => {
    const info = await api.resetPassword(token, draft.value.password);
    navigate('/', { replace: true });
    enter(info);
  };
  return (
    <Form submit={t('reset.submit')} buttons="wide" run={reset}>
      <p>{t('reset.for', { name: owner.name, email: owner.email })}</p>
      <PasswordOwner email={owner.email} />
      <PasswordField kind="new" label={t('account.next')} autoFocus {...draft.text('password')} />
    </Form>
  );
}
