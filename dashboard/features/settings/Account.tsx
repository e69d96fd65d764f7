import { api } from '../../data/api.ts';
import { me } from '../../data/store.ts';
import { useDraft } from '../../data/use-draft.ts';
import { Form } from '../../ui/Form.tsx';
import { PasswordField, PasswordOwner } from '../../ui/PasswordField.tsx';
import { say } from '../../ui/Toasts.tsx';
import { t } from '../../words/i18n.ts';

/** One's own password. */
export function AccountSettings() {
  const draft = useDraft({ current: '', next: '' });
  const email = me.value?.email ?? '';
  const change = async () => {
    await api.changePassword(draft.value.current, draft.value.next);
    draft.put({ current: '', next: '' });
    say(t('account.changed'));
  };
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('account.title')}</h2>
      </header>
      <Form submit={t('account.submit')} buttons="start" run={change}>
        <p class="hint">{t('account.hint', { email })}</p>
        <PasswordOwner email={email} />
        <PasswordField kind="current" label={t('account.current')} {...draft.text('current')} />
        <PasswordField kind="new" label={t('account.next')} {...draft.text('next')} />
      </Form>
    </section>
  );
}
