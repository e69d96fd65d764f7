import type { ComponentChildren } from 'preact';
import { Dialog } from './Dialog.tsx';
import { Form } from './Form.tsx';

interface ConfirmDialogProps {
  readonly title: string;
  /** What the button that does it says. */
  readonly word: string;
  /** It can be taken back. */
  readonly harmless?: boolean;
  /** Whether the answer is good enough to be sent. */
  readonly ready?: boolean;
  readonly run: () => Promise<unknown>;
  /** It was done, or one would rather not. */
  readonly onClose: () => void;
  /** What will be, and what is asked. */
  readonly children: ComponentChildren;
}

/** Asks before something is done; closes when it was done, and says why where it was refused. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, word, harmless = false, ready = true, run, onClose, children } = props;
  return (
    <Dialog title={title} onClose={onClose}>
      <Form
        submit={word}
        danger={!harmless}
        ready={ready}
        cancel={onClose}
        run={async () => {
          await run();
          onClose();
        }}
      >
        {children}
      </Form>
    </Dialog>
  );
}
