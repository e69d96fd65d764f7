import { signal } from '@preact/signals';
import type { Page } from '../../protocol/api/page.ts';
import type { Loaded } from '../ui/Async.tsx';
import { ListSection } from '../ui/ListSection.tsx';
import { type Column, Table } from '../ui/Table.tsx';
import { VirtualTable } from '../ui/VirtualTable.tsx';
import { agree, ignore, refusal, type State } from './state.ts';

interface Machine {
  readonly id: string;
  readonly site: string;
  readonly cpu: string;
}

const machines: readonly Machine[] = [
  { id: 'db-1', site: 'Head office', cpu: '12 %' },
  { id: 'web-9', site: 'Data centre, hall B, second row', cpu: '97 %' },
  { id: 'web-10', site: '', cpu: '–' },
];

const columns: readonly Column<Machine>[] = [
  { head: 'Name', kind: 'name', cell: ({ id }) => id },
  { head: 'Site', cell: ({ site }) => site },
  { head: 'CPU', kind: 'number', cell: ({ cpu }) => cpu },
];

function loaded(value: readonly Machine[] | null, error: string | null = null): Loaded<Page<Machine>> {
  return { value: value && { items: [...value], next: null }, error, again: ignore, set: ignore };
}

function Section({ of }: { of: ReturnType<typeof loaded> }) {
  return (
    <ListSection
      title="Machines"
      hint="What stands where, and how busy it is."
      empty="No machine has reported yet."
      loaded={of}
      add={{ word: 'Add a machine', dialog: () => null }}
      columns={[
        { head: 'Name', cell: ({ id }) => <strong>{id}</strong> },
        { head: 'Site', cell: ({ site }) => site },
        { head: 'CPU', cell: ({ cpu }) => cpu },
      ]}
      remove={{ word: 'Remove', nameOf: ({ id }) => id, sentence: ({ id }) => id, run: agree, allowed: () => true }}
    />
  );
}

const sort = signal<'none' | 'ascending' | 'descending'>('ascending');

function Sorted() {
  const turned = sort.value === 'descending' ? [...machines].reverse() : machines;
  return (
    <VirtualTable
      label="Machines"
      class="gallery-rows"
      rowClass="gallery-row"
      heads={[
        {
          id: 'name',
          text: 'Name',
          sort: sort.value,
          onSort: () => {
            sort.value = sort.value === 'ascending' ? 'descending' : 'ascending';
          },
        },
        { id: 'site', text: 'Site', sort: 'none', onSort: ignore },
        { id: 'cpu', text: 'CPU' },
      ]}
      items={turned}
      keyOf={({ id }) => id}
      rowPx={() => 44}
      measureKey=""
      row={({ id, site, cpu }, place) => (
        <tr key={id} {...place} class={id === 'web-9' ? 'gallery-row selected' : 'gallery-row'}>
          <th scope="row">{id}</th>
          <td>{site}</td>
          <td>{cpu}</td>
        </tr>
      )}
    />
  );
}

export const tables: readonly State[] = [
  {
    id: 'table/plain',
    draw: () => <Table label="Machines" items={machines} keyOf={({ id }) => id} columns={columns} />,
  },
  { id: 'table/list', draw: () => <Section of={loaded(machines)} /> },
  { id: 'table/list-empty', draw: () => <Section of={loaded([])} /> },
  { id: 'table/list-loading', draw: () => <Section of={loaded(null)} /> },
  { id: 'table/list-failed', draw: () => <Section of={loaded(null, refusal)} /> },
  { id: 'table/list-stale', draw: () => <Section of={loaded(machines.slice(0, 1), refusal)} /> },
  { id: 'table/sorted', draw: () => <Sorted /> },
];
