import { useId } from 'preact/hooks';

interface RadioCardsProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string; readonly hint: string }[];
  readonly onChange: (value: T) => void;
}

/** One of a few that need a sentence each. */
export function RadioCards<T extends string>({ label, value, options, onChange }: RadioCardsProps<T>) {
  const name = useId();
  return (
    <fieldset class="kinds">
      <legend>{label}</legend>
      {options.map((option) => (
        <label key={option.value} class="kind">
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>
            <strong>{option.label}</strong>
            <span class="hint">{option.hint}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
