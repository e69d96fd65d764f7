import type { ComponentChildren } from 'preact';
import { Dialog } from './Dialog.tsx';
import { Form } from './Form.tsx';

interface FormDialogProps {
  readonly title: string;
  readonly submit: string;
  readonly run: () => Promise<unknown>;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  readonly class?: string;
  /** Whether there is enough in it to be sent. */
  readonly ready?: boolean;
}

/** A form in a dialog; a refusal is said inside it, and it stays open. Whoever `run`s closes it. */
export function FormDialog({ title, onClose, children, class: extra = '', ...form }: FormDialogProps) {
  return (
    <Dialog title={title} onClose={onClose} class={extra}>
      <Form {...form} cancel={onClose}>
        {children}
      </Form>
    </Dialog>
  );
}
