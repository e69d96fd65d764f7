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
  readonly type?: 'email' | 'password' | 'number' | 'datetime-local' | 'url';
  readonly autoComplete?: 'off' | 'name' | 'username' | 'current-password' | 'new-password';
  readonly minLength?: number;
  readonly min?: number;
  readonly max?: number;
  readonly autoFocus?: boolean;
  /** The id of a list of suggestions. */
  readonly list?: string;
  readonly placeholder?: string;
  /** What is optional says so in its label. */
  readonly required?: boolean;
}

export function TextField({
  label,
  hint,
  value,
  onInput,
  autoFocus = false,
  required = true,
  ...more
}: TextFieldProps) {
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
          required={required}
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
  /** The empty choice will not do. */
  readonly required?: boolean;
}

export function SelectField<T extends string>({
  label,
  hint,
  value,
  options,
  onChange,
  required = false,
}: SelectFieldProps<T>) {
  return (
    <Field label={label} {...(hint && { hint })}>
      {(id, describedBy) => (
        <select
          id={id}
          aria-describedby={describedBy}
          required={required}
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

interface TextAreaProps {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly hint?: string;
  readonly rows?: number;
  readonly placeholder?: string;
  readonly required?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
}

export function TextArea({ label, hint, onInput, rows = 3, required = true, ...more }: TextAreaProps) {
  return (
    <Field label={label} {...(hint && { hint })}>
      {(id, describedBy) => (
        <textarea
          id={id}
          aria-describedby={describedBy}
          rows={rows}
          required={required}
          {...more}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface CheckFieldProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly hint?: string;
}

export function CheckField({ label, checked, onChange, hint }: CheckFieldProps) {
  const hintId = useId();
  return (
    <div class="field">
      <label class="check">
        <input
          type="checkbox"
          checked={checked}
          aria-describedby={hint ? hintId : undefined}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
        <span>{label}</span>
      </label>
      {hint && (
        <p class="hint" id={hintId}>
          {hint}
        </p>
      )}
    </div>
  );
}
