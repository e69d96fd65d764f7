import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Page } from '../../protocol/api/page.ts';
import { t } from '../words/i18n.ts';
import { Async, type Loaded } from './Async.tsx';
import { ConfirmDialog } from './ConfirmDialog.tsx';
import { Nothing } from './Nothing.tsx';
import { type Column, Table } from './Table.tsx';

interface ListSectionProps<T extends { readonly id: string }> {
  readonly title: string;
  readonly hint: string;
  readonly empty: string;
  readonly loaded: Loaded<Page<T>>;
  readonly columns: readonly Column<T>[];
  /** What stands over the list instead of `add`. */
  readonly action?: ComponentChildren;
  /** The button over the list, and the dialog that it opens; the list is asked for again when that is done. */
  readonly add?: {
    readonly word: string;
    readonly dialog: (close: () => void, done: () => void) => ComponentChildren;
  };
  /** One more cell at the end of every row. */
  readonly actions?: (item: T) => ComponentChildren;
  readonly remove?: {
    readonly word: string;
    readonly nameOf: (item: T) => string;
    readonly sentence: (item: T) => string;
    readonly run: (item: T) => Promise<unknown>;
    readonly allowed: (item: T) => boolean;
  };
}

/** A table of things that can be made and taken away. */
export function ListSection<T extends { readonly id: string }>(props: ListSectionProps<T>) {
  const { title, hint, empty, loaded, columns, action, add, actions, remove } = props;
  const adding = useSignal(false);
  const removing = useSignal<T | null>(null);
  const all: Column<T>[] = [...columns];
  if (remove || actions) {
    const ends = (item: T) => (
      <>
        {actions?.(item)}
        {remove?.allowed(item) && (
          <button
            type="button"
            class="link"
            aria-label={`${remove.word}: ${remove.nameOf(item)}`}
            onClick={() => {
              removing.value = item;
            }}
          >
            {remove.word}
          </button>
        )}
      </>
    );
    all.push({ head: t('list.actions'), kind: 'actions', cell: ends });
  }
  return (
    <section class="card">
      <header class="card-head">
        <h2>{title}</h2>
        {action}
        {add && (
          <button
            type="button"
            class="button button-plain"
            onClick={() => {
              adding.value = true;
            }}
          >
            {add.word}
          </button>
        )}
      </header>
      <p class="hint">{hint}</p>
      <Async loaded={loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing>{empty}</Nothing>
          ) : (
            <Table label={title} items={items} keyOf={({ id }) => id} columns={all} folds />
          )
        }
      </Async>
      {adding.value &&
        add?.dialog(
          () => {
            adding.value = false;
          },
          () => {
            adding.value = false;
            loaded.again();
          },
        )}
      {remove && removing.value && (
        <ConfirmDialog
          title={`${remove.word}: ${remove.nameOf(removing.value)}`}
          word={remove.word}
          run={async () => {
            if (removing.value) await remove.run(removing.value);
            loaded.again();
          }}
          onClose={() => {
            removing.value = null;
          }}
        >
          <p>{remove.sentence(removing.value)}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}
