import type { ComponentChildren } from 'preact';

export interface Column<Item> {
  readonly head: string;
  readonly cell: (item: Item) => ComponentChildren;
  /** `name` heads its row; a `number` stands to the right; the head of `actions` is for those who do not see the table. */
  readonly kind?: 'text' | 'name' | 'number' | 'actions';
}

interface TableProps<Item> {
  /** What it is a table of, where no heading beside it says so. */
  readonly label: string;
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string | number;
  readonly columns: readonly Column<Item>[];
  /** On a phone every row becomes a card, with the heads beside its cells. */
  readonly folds?: boolean;
}

/** A table of all there is. Where that can be very much, `VirtualTable` draws what is near the screen alone. */
export function Table<Item>({ label, items, keyOf, columns, folds = false }: TableProps<Item>) {
  return (
    <div class="table-scroll">
      <table class={folds ? 'table table-list' : 'table'} aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ head, kind }) => (
              <th key={head} scope="col" class={kind === 'number' ? 'number' : undefined}>
                {kind === 'actions' ? <span class="sr">{head}</span> : head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={keyOf(item)}>
              {columns.map((column) => (
                <Cell key={column.head} column={column} item={item} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cell<Item>({ column: { head, kind, cell }, item }: { column: Column<Item>; item: Item }) {
  if (kind === 'name') return <th scope="row">{cell(item)}</th>;
  if (kind === 'number') return <td class="number">{cell(item)}</td>;
  if (kind === 'actions') return <td class="number row-actions">{cell(item)}</td>;
  return (
    <td data-head={head}>
      <div class="cell-body">{cell(item)}</div>
    </td>
  );
}
