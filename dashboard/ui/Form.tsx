import type { ComponentChildren, VNode } from 'preact';
import { useSubmit } from '../data/use-submit.ts';
import { t } from '../words/i18n.ts';
import { Failure } from './Failure.tsx';

interface FormProps {
  /** What the button that sends it says. */
  readonly submit: string;
  /** Sends what was filled in. May throw what the API throws: it is said above the buttons, and everything typed stays. */
  readonly run: () => Promise<unknown>;
  /** Whether there is enough in it to be sent. */
  readonly ready?: boolean;
  /** What it does cannot be taken back. */
  readonly danger?: boolean;
  /** Where the buttons stand: `wide` is one over the whole width. */
  readonly buttons?: 'end' | 'start' | 'wide';
  /** How one leaves it as it was, or the address that one leaves to. */
  readonly cancel?: (() => void) | string;
  readonly class?: string;
  /** The fields; or a function that says where among them the buttons and the refusal stand. */
  readonly children: ComponentChildren | ((foot: VNode) => ComponentChildren);
}

/** What is filled in and sent: busy while it is sent, and a refusal is said inside it. */
export function Form({ submit, run, ready = true, danger, buttons = 'end', cancel, children, ...more }: FormProps) {
  const { busy, error, onSubmit } = useSubmit(run);
  const kind = `button ${danger ? 'button-danger' : 'button-primary'}${buttons === 'wide' ? ' button-wide' : ''}`;
  const foot = (
    <>
      {error && <Failure sentence={error} />}
      <div class={`form-buttons form-buttons-${buttons}`}>
        {cancel !== undefined && <Cancel cancel={cancel} />}
        <button type="submit" class={kind} disabled={busy || !ready}>
          {submit}
        </button>
      </div>
    </>
  );
  return (
    <form class={more.class ?? 'form'} aria-busy={busy} onSubmit={onSubmit}>
      {typeof children === 'function' ? (
        children(foot)
      ) : (
        <>
          {children}
          {foot}
        </>
      )}
    </form>
  );
}

function Cancel({ cancel }: { cancel: (() => void) | string }) {
  if (typeof cancel === 'string') {
    return (
      <a class="button button-plain" href={cancel}>
        {t('action.cancel')}
      </a>
    );
  }
  return (
    <button type="button" class="button button-plain" onClick={cancel}>
      {t('action.cancel')}
    </button>
  );
}
