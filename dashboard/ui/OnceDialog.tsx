import type { ComponentChildren } from 'preact';
import { CopyField } from './CopyField.tsx';
import { Dialog } from './Dialog.tsx';

interface OnceDialogProps {
  readonly title: string;
  /** Why it should be copied now. */
  readonly sentence: ComponentChildren;
  /** What it is. */
  readonly label: string;
  readonly text: string;
  readonly onClose: () => void;
}

/** A secret that is shown once, to be copied: nobody can read it again. */
export function OnceDialog({ title, sentence, label, text, onClose }: OnceDialogProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{sentence}</p>
      <CopyField label={label} text={text} />
    </Dialog>
  );
}
