import { Field } from './Field.tsx';

interface DateInputProps {
  /** Said of it where it has no label of its own. */
  readonly label: string;
  /** `YYYY-MM-DD`; empty: none is chosen. */
  readonly value: string;
  readonly min?: string | undefined;
  readonly max?: string | undefined;
  readonly invalid?: boolean;
  readonly onChange: (date: string) => void;
}

/** A day, chosen from the browser's own calendar or typed. Only whole dates are told: one that is half typed is none yet. */
export function DateInput({ label, value, min, max, invalid = false, onChange }: DateInputProps) {
  return (
    <input
      type="date"
      aria-label={label}
      value={value}
      min={min}
      max={max}
      aria-invalid={invalid ? 'true' : undefined}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

interface DateFieldProps extends Omit<DateInputProps, 'invalid'> {
  readonly hint?: string;
  readonly required?: boolean;
}

/** A day under its label, as forms have it. */
export function DateField({ label, hint, value, min, max, required = false, onChange }: DateFieldProps) {
  return (
    <Field label={label} {...(hint && { hint })}>
      {(id, describedBy) => (
        <input
          id={id}
          type="date"
          aria-describedby={describedBy}
          value={value}
          min={min}
          max={max}
          required={required}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface DateRangeProps {
  /** What the days are about. */
  readonly label: string;
  readonly firstLabel: string;
  readonly lastLabel: string;
  /** Both days are included; empty: not chosen. */
  readonly first: string;
  readonly last: string;
  /** No day after this one can be the first. */
  readonly max?: string | undefined;
  readonly onChange: (first: string, last: string) => void;
}

/** A first and a last day. Whoever asks shows what it means that they are not whole or stand the wrong way round. */
export function DateRange({ label, firstLabel, lastLabel, first, last, max, onChange }: DateRangeProps) {
  return (
    <fieldset class="date-range">
      <legend class="sr">{label}</legend>
      <DateInput label={firstLabel} value={first} max={max} onChange={(date) => onChange(date, last)} />
      <span aria-hidden="true">–</span>
      <DateInput
        label={lastLabel}
        value={last}
        min={first}
        invalid={first !== '' && last !== '' && last < first}
        onChange={(date) => onChange(first, date)}
      />
    </fieldset>
  );
}
