import { signal } from '@preact/signals';
import { DateField, DateInput, DateRange } from '../ui/DateInput.tsx';
import { SearchBox } from '../ui/SearchBox.tsx';
import { Segmented } from '../ui/Segmented.tsx';
import { ignore, type State } from './state.ts';

function Range({ first, last }: { first: string; last: string }) {
  return (
    <DateRange
      label="Days"
      firstLabel="First day"
      lastLabel="Last day"
      first={first}
      last={last}
      max="2026-10-31"
      onChange={ignore}
    />
  );
}

const text = signal('web');

function Searched() {
  return (
    <div class="tools">
      <SearchBox
        label="Filter machines"
        text={text.value}
        onText={(typed) => {
          text.value = typed;
        }}
      />
      <button
        type="button"
        class="link"
        onClick={() => {
          text.value = '';
        }}
      >
        Clear
      </button>
    </div>
  );
}

export const inputs: readonly State[] = [
  { id: 'date/none', draw: () => <DateInput label="Day" value="" onChange={ignore} /> },
  { id: 'date/chosen', draw: () => <DateInput label="Day" value="2026-10-06" onChange={ignore} /> },
  {
    id: 'date/field',
    draw: () => <DateField label="Until" hint="Empty: for ever." value="2026-12-31" onChange={ignore} />,
  },
  { id: 'date/range', draw: () => <Range first="2026-10-01" last="2026-10-06" /> },
  { id: 'date/range-begun', draw: () => <Range first="2026-10-01" last="" /> },
  { id: 'date/range-inverted', draw: () => <Range first="2026-10-06" last="2026-10-01" /> },
  {
    id: 'search/empty',
    draw: () => (
      <div class="tools">
        <SearchBox label="Filter machines" text="" onText={ignore} />
      </div>
    ),
  },
  { id: 'search/typed', draw: () => <Searched /> },
  {
    id: 'choice/few',
    draw: () => (
      <Segmented
        label="Group by"
        value="site"
        options={[
          { value: 'none', label: 'None' },
          { value: 'client', label: 'Client' },
          { value: 'site', label: 'Site' },
        ]}
        onChange={ignore}
      />
    ),
  },
];
