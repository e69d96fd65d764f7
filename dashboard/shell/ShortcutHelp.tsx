import { overlay } from '../route/keys.ts';
import { letterKeys } from '../route/prefs.ts';
import { Dialog } from '../ui/Dialog.tsx';
import type { LabelKey } from '../words/i18n.ts';
import { t } from '../words/i18n.ts';

const groups: readonly { title: LabelKey; keys: readonly [keys: readonly string[], what: LabelKey][] }[] = [
  {
    title: 'shortcuts.anywhere',
    keys: [
      [['Ctrl', 'K'], 'shortcuts.palette'],
      [['/'], 'shortcuts.palette'],
      [['?'], 'shortcuts.help'],
      [['g', 'n'], 'shortcuts.goNow'],
      [['g', 'f'], 'shortcuts.goFleet'],
      [['g', 'i'], 'shortcuts.goIncidents'],
      [['g', 'v'], 'shortcuts.goAvailability'],
      [['g', 'c'], 'shortcuts.goClients'],
      [['g', 'm'], 'shortcuts.goMaintenance'],
      [['g', 'e'], 'shortcuts.goServices'],
      [['g', 'r'], 'shortcuts.goReports'],
      [['g', 'a'], 'shortcuts.goAdd'],
      [['g', 's'], 'shortcuts.goSettings'],
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

export function ShortcutHelp() {
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
        {groups.map((group) => (
          <section key={group.title}>
            <h3>{t(group.title)}</h3>
            <dl>
              {group.keys.map(([keys, what]) => (
                <div key={keys.join(' ')}>
                  <dt>
                    {keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{t(what)}</dd>
                </div>
              ))}
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
