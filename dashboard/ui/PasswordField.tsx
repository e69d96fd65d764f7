import { t } from '../words/i18n.ts';
import { TextField } from './Field.tsx';

const LEAST_PASSWORD = 12;

interface PasswordFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  /** A new one says what it must be like. */
  readonly kind: 'current' | 'new';
  readonly autoFocus?: boolean;
}

export function PasswordField({ label, value, onInput, kind, autoFocus = false }: PasswordFieldProps) {
  return (
    <TextField
      label={label}
      type="password"
      autoFocus={autoFocus}
      {...(kind === 'new' && { hint: t('login.passwordHint'), minLength: LEAST_PASSWORD })}
      autoComplete={kind === 'new' ? 'new-password' : 'current-password'}
      value={value}
      onInput={onInput}
    />
  );
}

/** Whose password it is: password managers file a new one under this name. Nobody sees or reaches it. */
export function PasswordOwner({ email }: { email: string }) {
  return (
    <input type="email" class="sr" autoComplete="username" tabIndex={-1} readOnly aria-hidden="true" value={email} />
  );
}
