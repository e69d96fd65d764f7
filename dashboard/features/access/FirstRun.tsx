import { api } from '../../data/api.ts';
import { enter } from '../../data/store.ts';
import { useDraft } from '../../data/use-draft.ts';
import { navigate } from '../../route/router.ts';
import { Gate } from '../../shell/Gate.tsx';
import { TextField } from '../../ui/Field.tsx';
import { Form } from '../../ui/Form.tsx';
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
  const draft = useDraft({ name: '', email: '', password: '' });
  const create = async () => {
    const { name, email, password } = draft.value;
    const info = await api.firstRun({ token, name: name.trim(), email: email.trim(), password });
    navigate('/', { replace: true });
    enter(info);
  };
  return (
    <Form submit={t('firstRun.submit')} buttons="wide" run={create}>
      <TextField label={t('firstRun.name')} autoComplete="name" autoFocus {...draft.text('name')} />
      <TextField label={t('people.email')} type="email" autoComplete="username" {...draft.text('email')} />
      <PasswordField kind="new" label={t('people.password')} {...draft.text('password')} />
    </Form>
  );
}
