import type { Signal } from '@preact/signals';
import { t } from '../words/i18n.ts';
import { TextField } from './Field.tsx';

const LEAST_PASSWORD = 12;

interface PasswordFieldProps {
  readonly label: string;
  readonly value: Signal<string>;
  /** A new one says what it must be like. */
  readonly kind: 'current' | 'new';
  readonly autoFocus?: boolean;
}

export function PasswordField({ label, value, kind, autoFocus = false }: PasswordFieldProps) {
  return (
    <TextField
      label={label}
      type="password"
      autoFocus={autoFocus}
      {...(kind === 'new' && { hint: t('login.passwordHint'), minLength: LEAST_PASSWORD })}
      autoComplete={kind === 'new' ? 'new-password' : 'current-password'}
      value={value.value}
      onInput={(text) => {
        value.value = text;
      }}
    />
  );
}
