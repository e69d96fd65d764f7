import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface FieldProps {
  readonly label: string;
  readonly hint?: string;
  readonly children: (id: string, describedBy: string | undefined) => ComponentChildren;
}

/** A labelled field; the hint belongs to it for everyone. */
export function Field({ label, hint, children }: FieldProps) {
  const id = useId();
  const hintId = `${id}-hint`;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(id, hint ? hintId : undefined)}
      {hint && (
        <p class="hint" id={hintId}>
          {hint}
        </p>
      )}
    </div>
  );
}

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly hint?: string;
  readonly type?: 'email' | 'password' | 'number';
  readonly autoComplete?: 'off' | 'name' | 'username' | 'current-password' | 'new-password';
  readonly minLength?: number;
  readonly min?: number;
  readonly max?: number;
  readonly autoFocus?: boolean;
}

/** Every field is required: what is optional does not belong in a form. */
export function TextField({ label, hint, value, onInput, autoFocus = false, ...more }: TextFieldProps) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (autoFocus) input.current?.focus();
  }, [autoFocus]);
  return (
    <Field label={label} {...(hint && { hint })}>
      {(id, describedBy) => (
        <input
          // The types of an input are a union over its kinds, which one field for all kinds cannot name.
          {...(more as object)}
          ref={input}
          id={id}
          aria-describedby={describedBy}
          value={value}
          required
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface SelectFieldProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
  readonly hint?: string;
}

export function SelectField<T extends string>({ label, hint, value, options, onChange }: SelectFieldProps<T>) {
  return (
    <Field label={label} {...(hint && { hint })}>
      {(id, describedBy) => (
        <select
          id={id}
          aria-describedby={describedBy}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value as T)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
