import { overlay } from '../route/keys.ts';
import { letterKeys } from '../route/prefs.ts';
import { Dialog } from '../ui/Dialog.tsx';
import type { LabelKey } from '../words/i18n.ts';
import { t } from '../words/i18n.ts';
import type { View } from './view.ts';

const groups: readonly { title: LabelKey; keys: readonly [keys: readonly string[], what: LabelKey][] }[] = [
  {
    title: 'shortcuts.anywhere',
    keys: [
      [['Ctrl', 'K'], 'shortcuts.palette'],
      [['/'], 'shortcuts.palette'],
      [['?'], 'shortcuts.help'],
    ],
  },
  {
    title: 'shortcuts.lists',
    keys: [
      [['j'], 'shortcuts.next'],
      [['k'], 'shortcuts.previous'],
      [['Enter'], 'shortcuts.open'],
      [['f'], 'shortcuts.filter'],
      [['a'], 'shortcuts.acknowledge'],
      [['m'], 'shortcuts.assignMe'],
    ],
  },
  {
    title: 'shortcuts.device',
    keys: [
      [['1'], 'shortcuts.range15'],
      [['2'], 'shortcuts.range1'],
      [['3'], 'shortcuts.range6'],
      [['4'], 'shortcuts.range24'],
      [['5'], 'shortcuts.range7d'],
      [['6'], 'shortcuts.range30d'],
      [['7'], 'shortcuts.range13mo'],
    ],
  },
];

export function ShortcutHelp({ views }: { views: readonly View[] }) {
  const places = views.flatMap(({ key }) => (key ? [{ keys: ['g', key.letter], what: key.words() }] : []));
  return (
    <Dialog
      title={t('shortcuts.title')}
      class="dialog-wide"
      onClose={() => {
        // The other overlay may have been opened before this one's close was told.
        if (overlay.value === 'shortcuts') overlay.value = null;
      }}
    >
      <div class="shortcuts">
        {groups.map((group, index) => (
          <section key={group.title}>
            <h3>{t(group.title)}</h3>
            <dl>
              {group.keys.map(([keys, what]) => (
                <Shortcut key={keys.join(' ')} keys={keys} what={t(what)} />
              ))}
              {index === 0 && places.map((one) => <Shortcut key={one.keys.join(' ')} {...one} />)}
            </dl>
          </section>
        ))}
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={letterKeys.value === 'on'}
          onChange={(event) => {
            letterKeys.value = event.currentTarget.checked ? 'on' : 'off';
          }}
        />
        {t('shortcuts.letters')}
      </label>
    </Dialog>
  );
}

function Shortcut({ keys, what }: { keys: readonly string[]; what: string }) {
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{what}</dd>
    </div>
  );
}
