import { useSignal } from '@preact/signals';
import { PriorityShape, StateShape } from '../parts/StateBadge.tsx';
import { overlay } from '../route/keys.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { Icon } from '../ui/Icon.tsx';
import { SearchBox } from '../ui/SearchBox.tsx';
import { t } from '../words/i18n.ts';
import { type Command, commands, findCommands } from './palette.ts';
import type { View } from './view.ts';

/** Goes anywhere and does anything by a few letters of its name. */
export function Palette({ views }: { views: readonly View[] }) {
  return (
    <Dialog
      bare
      title={t('palette.title')}
      class="palette"
      onClose={() => {
        // The other overlay may have been opened before this one's close was told.
        if (overlay.value === 'palette') overlay.value = null;
      }}
    >
      {(close) => <Commands views={views} close={close} />}
    </Dialog>
  );
}

function Commands({ views, close }: { views: readonly View[]; close: () => void }) {
  const text = useSignal('');
  const chosen = useSignal(0);
  const found = findCommands(commands(views), text.value);
  const index = Math.min(chosen.value, Math.max(0, found.length - 1));
  const run = (command: Command | undefined) => {
    if (!command) return;
    close();
    command.run();
  };
  const keys: Record<string, () => void> = {
    ArrowDown: () => {
      chosen.value = Math.min(found.length - 1, index + 1);
    },
    ArrowUp: () => {
      chosen.value = Math.max(0, index - 1);
    },
    Enter: () => run(found[index]),
  };
  return (
    <>
      <SearchBox
        label={t('palette.title')}
        text={text.value}
        onText={(typed) => {
          text.value = typed;
          chosen.value = 0;
        }}
        list={{
          id: 'palette-list',
          active: found.length > 0 ? `palette-${index}` : undefined,
          placeholder: t('palette.placeholder'),
          onKeyDown: (event) => {
            const key = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
            if (!key || event.isComposing) return;
            event.preventDefault();
            key();
          },
        }}
      />
      <div class="palette-list" id="palette-list" role="listbox" aria-label={t('palette.results')}>
        {found.map((command, position) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the input above holds the keys of a combobox
          <div
            key={command.id}
            id={`palette-${position}`}
            role="option"
            tabIndex={-1}
            aria-selected={position === index}
            class="palette-item"
            ref={(element) => {
              if (position === index) element?.scrollIntoView({ block: 'nearest' });
            }}
            onClick={() => run(command)}
          >
            <CommandMark command={command} />
            <span class="palette-title">{command.title}</span>
            <span class="palette-detail">{command.detail}</span>
          </div>
        ))}
      </div>
      {found.length === 0 && <p class="palette-none">{t('palette.nothing', { text: text.value })}</p>}
    </>
  );
}

function CommandMark({ command: { mark } }: { command: Command }) {
  if (mark.kind === 'state') return <StateShape state={mark.state} />;
  if (mark.kind === 'priority') return <PriorityShape priority={mark.priority} />;
  return <Icon name={mark.icon} size={16} />;
}
