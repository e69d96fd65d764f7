import type { ComponentChildren } from 'preact';
import { useDraft } from '../../data/use-draft.ts';
import { DateInput } from '../../ui/DateInput.tsx';

interface Day {
  readonly date: string;
  /** What the day is called, or who works on it; trimmed. */
  readonly name: string;
}

interface AddDayProps {
  readonly labels: { readonly date: string; readonly name: string };
  /** The day that stands there before somebody chooses another, `YYYY-MM-DD`. */
  readonly first?: string;
  readonly min?: string;
  readonly max?: string;
  readonly allowed: (day: Day) => boolean;
  readonly onAdd: (day: Day) => void;
  /** What the button says. */
  readonly children: ComponentChildren;
}

/** Adds one day to a list: which, and one word about it. */
export function AddDay({ labels, first = '', min, max, allowed, onAdd, children }: AddDayProps) {
  const draft = useDraft({ date: '', name: '' });
  const day = { date: draft.value.date || first, name: draft.value.name.trim() };
  return (
    <div class="exception-add">
      <DateInput label={labels.date} value={day.date} min={min} max={max} onChange={(date) => draft.set({ date })} />
      <input
        aria-label={labels.name}
        placeholder={labels.name}
        maxLength={120}
        value={draft.value.name}
        onInput={(event) => draft.set({ name: event.currentTarget.value })}
      />
      <button
        type="button"
        class="button button-plain"
        disabled={day.date === '' || !allowed(day)}
        onClick={() => {
          onAdd(day);
          draft.put({ date: '', name: '' });
        }}
      >
        {children}
      </button>
    </div>
  );
}
