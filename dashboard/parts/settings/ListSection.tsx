import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { type Page, sentenceOf } from '../../api.ts';
import { t } from '../../i18n.ts';
import { ActionButton } from '../ActionButton.tsx';
import { Async, Failure, type Loaded } from '../Async.tsx';
import { Dialog } from '../Dialog.tsx';

interface ListSectionProps<T extends { readonly id: string }> {
  readonly title: string;
  readonly hint: string;
  readonly empty: string;
  readonly loaded: Loaded<Page<T>>;
  readonly columns: readonly { readonly head: string; readonly cell: (item: T) => ComponentChildren }[];
  /** The button over the list. */
  readonly action: ComponentChildren;
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
  const { title, hint, empty, loaded, columns, action, remove } = props;
  const removing = useSignal<T | null>(null);
  return (
    <section class="card">
      <header class="card-head">
        <h2>{title}</h2>
        {action}
      </header>
      <p class="hint">{hint}</p>
      <Async loaded={loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="nothing">{empty}</p>
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
                    {remove && (
                      <th scope="col">
                        <span class="sr">{remove.word}</span>
                      </th>
                    )}
                  </tr>
                </thead>
                <tbody>
                  {items.map((item) => (
                    <tr key={item.id}>
                      {columns.map(({ head, cell }) => (
                        <td key={head} data-head={head}>
                          {cell(item)}
                        </td>
                      ))}
                      {remove && (
                        <td class="number">
                          {remove.allowed(item) && (
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
}

/** A form in a dialog; a refusal is said inside it. */
export function CreateDialog({ title, submit, run, onClose, children }: CreateDialogProps) {
  const error = useSignal<string | null>(null);
  const busy = useSignal(false);
  const send = async () => {
    busy.value = true;
    try {
      await run();
    } catch (cause) {
      error.value = sentenceOf(cause);
    } finally {
      busy.value = false;
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {children}
        {error.value && <Failure sentence={error.value} />}
        <div class="dialog-actions">
          <button type="button" class="button button-plain" onClick={onClose}>
            {t('action.cancel')}
          </button>
          <button type="submit" class="button button-primary" disabled={busy.value}>
            {submit}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
