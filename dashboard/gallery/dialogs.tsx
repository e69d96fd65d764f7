import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useDraft } from '../data/use-draft.ts';
import { AskButton } from '../ui/AskButton.tsx';
import { ConfirmInPlace } from '../ui/ConfirmInPlace.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Fact, Facts } from '../ui/Facts.tsx';
import { TextField } from '../ui/Field.tsx';
import { FormDialog } from '../ui/FormDialog.tsx';
import { OnceDialog } from '../ui/OnceDialog.tsx';
import { Pressed } from './Pressed.tsx';
import { agree, ignore, refuse, type State } from './state.ts';

interface OpenedProps {
  readonly children: (close: () => void) => VNode;
}

/** A page with a button that opens the dialog, and is pressed. */
function Opened({ children }: OpenedProps) {
  const open = useSignal(false);
  return (
    <Pressed names={['Open']}>
      <button
        type="button"
        class="button button-plain"
        onClick={() => {
          open.value = true;
        }}
      >
        Open
      </button>
      {open.value &&
        children(() => {
          open.value = false;
        })}
    </Pressed>
  );
}

function Rename({ close }: { close: () => void }) {
  const draft = useDraft({ name: 'db-1' });
  return (
    <FormDialog title="Rename db-1" submit="Rename" onClose={close} run={() => agree().then(close)}>
      <TextField label="Name" autoFocus {...draft.text('name')} />
    </FormDialog>
  );
}

function Retire({ run }: { run: () => Promise<unknown> }) {
  return (
    <AskButton label="Retire" title="Retire db-1?" kind="danger" word="Retire it" run={run}>
      <p>Its key stops working and its open incidents are closed. What it reported stays.</p>
    </AskButton>
  );
}

export const dialogs: readonly State[] = [
  {
    id: 'dialog/plain',
    draw: () => (
      <Opened>
        {(close) => (
          <Dialog title="Patch night" onClose={close}>
            <Facts>
              <Fact label="Covers">Acme, all sites</Fact>
              <Fact label="Repeats">Every second Tuesday</Fact>
            </Facts>
          </Dialog>
        )}
      </Opened>
    ),
  },
  {
    id: 'dialog/form',
    draw: () => <Opened>{(close) => <Rename close={close} />}</Opened>,
  },
  {
    id: 'dialog/confirm',
    draw: () => (
      <Pressed names={['Retire']}>
        <Retire run={agree} />
      </Pressed>
    ),
  },
  {
    id: 'dialog/confirm-refused',
    draw: () => (
      <Pressed names={['Retire', 'Retire it']}>
        <Retire run={refuse} />
      </Pressed>
    ),
  },
  {
    id: 'dialog/confirm-harmless',
    draw: () => (
      <Pressed names={['Pause']}>
        <AskButton label="Pause" title="Pause the clock" run={agree}>
          <TextField label="Why" value="Waiting for the spare part" onInput={ignore} />
        </AskButton>
      </Pressed>
    ),
  },
  {
    id: 'dialog/once',
    draw: () => (
      <Opened>
        {(close) => (
          <OnceDialog
            title="The key is made"
            sentence="Copy it now: it is shown this once."
            label="Key"
            text="vk_5t8w9b2m4q7x1c3v6n0z"
            onClose={close}
          />
        )}
      </Opened>
    ),
  },
  {
    id: 'dialog/in-place',
    draw: () => (
      <ConfirmInPlace sentence="Services that use it go on without it." word="Remove" run={agree} onKeep={ignore} />
    ),
  },
];
