import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Page } from '../data/all-pages.ts';
import { useSubmit } from '../data/use-submit.ts';
import { t } from '../words/i18n.ts';
import { ActionButton } from './ActionButton.tsx';
import { Async, type Loaded } from './Async.tsx';
import { Dialog } from './Dialog.tsx';
import { Failure } from './Failure.tsx';
import { Nothing } from './Nothing.tsx';

interface ListSectionProps<T extends { readonly id: string }> {
  readonly title: string;
  readonly hint: string;
  readonly empty: string;
  readonly loaded: Loaded<Page<T>>;
  readonly columns: readonly { readonly head: string; readonly cell: (item: T) => ComponentChildren }[];
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
            <div class="table-scroll">
              <table class="table table-list">
                <thead>
                  <tr>
                    {columns.map(({ head }) => (
                      <th key={head} scope="col">
                        {head}
                      </th>
                    ))}
                    {(remove || actions) && (
                      <th scope="col">
                        <span class="sr">{t('list.actions')}</span>
                      </th>
                    )}
                  </tr>
                </thead>
                <tbody>
                  {items.map((item) => (
                    <tr key={item.id}>
                      {columns.map(({ head, cell }) => (
                        <td key={head} data-head={head}>
                          <div class="cell-body">{cell(item)}</div>
                        </td>
                      ))}
                      {(remove || actions) && (
                        <td class="number row-actions">
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
                        </td>
                      )}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
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
        <Dialog
          title={`${remove.word}: ${remove.nameOf(removing.value)}`}
          onClose={() => {
            removing.value = null;
          }}
        >
          <p>{remove.sentence(removing.value)}</p>
          <div class="dialog-actions">
            <ActionButton
              kind="danger"
              run={async () => {
                if (removing.value) await remove.run(removing.value);
                removing.value = null;
                loaded.again();
              }}
            >
              {remove.word}
            </ActionButton>
          </div>
        </Dialog>
      )}
    </section>
  );
}

interface CreateDialogProps {
  readonly title: string;
  readonly submit: string;
  readonly run: () => Promise<unknown>;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  readonly class?: string;
  /** Whether there is enough in it to be sent. */
  readonly ready?: boolean;
}

/** A form in a dialog; a refusal is said inside it. */
export function CreateDialog(props: CreateDialogProps) {
  const { title, submit, run, onClose, children, ready = true } = props;
  const { busy, error, onSubmit } = useSubmit(run);
  return (
    <Dialog title={title} onClose={onClose} class={props.class ?? ''}>
      <form class="form" onSubmit={onSubmit}>
        {children}
        {error && <Failure sentence={error} />}
        <div class="dialog-actions">
          <button type="button" class="button button-plain" onClick={onClose}>
            {t('action.cancel')}
          </button>
          <button type="submit" class="button button-primary" disabled={busy || !ready}>
            {submit}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
