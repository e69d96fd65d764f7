import { api } from '../../data/api.ts';
import { enter } from '../../data/store.ts';
import { useDraft } from '../../data/use-draft.ts';
import { Gate } from '../../shell/Gate.tsx';
import { TextField } from '../../ui/Field.tsx';
import { Form } from '../../ui/Form.tsx';
import { PasswordField } from '../../ui/PasswordField.tsx';
import { t } from '../../words/i18n.ts';

/** The way in. The address stays, so that one arrives where one wanted to go. */
export function Login() {
  const draft = useDraft({ email: '', password: '' });
  const signIn = async () => {
    const { email, password } = draft.value;
    try {
      enter(await api.login(email.trim(), password));
    } catch (cause) {
      draft.set({ password: '' });
      throw cause;
    }
  };
  return (
    <Gate title={t('login.title')} sentence={t('login.sentence')}>
      <Form submit={t('login.submit')} buttons="wide" run={signIn}>
        <TextField label={t('people.email')} type="email" autoComplete="username" autoFocus {...draft.text('email')} />
        <PasswordField kind="current" label={t('people.password')} {...draft.text('password')} />
      </Form>
    </Gate>
  );
}
