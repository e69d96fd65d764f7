import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Field } from '../../ui/Field.tsx';

interface AmountProps {
  readonly label: string;
  readonly unit: string;
  readonly value: number | null;
  /** Undefined: what was typed cannot be read. */
  readonly read: (text: string) => number | undefined;
  readonly write: (value: number) => string;
  /** What an empty field means; absent where one must stand. */
  readonly optional?: string;
  readonly onChange: (value: number | null) => void;
  readonly onWrong: (isWrong: boolean) => void;
}

/** An amount as text with its unit, kept as an exact whole number. What is typed stays as typed while it is read. */
export function AmountField({ label, unit, value, read, write, optional, onChange, onWrong }: AmountProps) {
  const text = useSignal(value === null ? '' : write(value));
  const isWrong = useSignal(false);
  // Another value from outside, such as a preset, replaces what was typed.
  useEffect(() => {
    const held = text.peek().trim() === '' ? null : read(text.peek());
    if (held === value) return;
    text.value = value === null ? '' : write(value);
    isWrong.value = false;
    onWrong(false);
  }, [value]);
  const take = (typed: string) => {
    text.value = typed;
    const next = typed.trim() === '' && optional !== undefined ? null : read(typed);
    isWrong.value = next === undefined;
    onWrong(isWrong.value);
    if (next !== undefined) onChange(next);
  };
  return (
    <Field label={label}>
      {(id) => (
        <span class="amount">
          <input
            id={id}
            inputMode="decimal"
            autoComplete="off"
            placeholder={optional}
            aria-invalid={isWrong.value ? 'true' : undefined}
            required={optional === undefined}
            value={text.value}
            onInput={(event) => take(event.currentTarget.value)}
          />
          <span class="amount-unit">{unit}</span>
        </span>
      )}
    </Field>
  );
}

interface CheckProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function Check({ label, checked, onChange }: CheckProps) {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      {label}
    </label>
  );
}

/** A yes or no with what it means. */
export function Flag({ hint, ...check }: CheckProps & { readonly hint: string }) {
  return (
    <div class="flag">
      <Check {...check} />
      <p class="hint">{hint}</p>
    </div>
  );
}
