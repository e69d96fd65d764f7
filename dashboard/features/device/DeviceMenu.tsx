import { useSignal } from '@preact/signals';
import type { Device } from '../../../protocol/api/view.ts';
import { api } from '../../data/api.ts';
import { desk } from '../../data/desk-api.ts';
import { canAct, reload } from '../../data/store.ts';
import { navigate } from '../../route/router.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/Field.tsx';
import { say } from '../../ui/Toasts.tsx';
import { t } from '../../words/i18n.ts';
import { DeviceSettings } from './DeviceSettings.tsx';

interface DeviceMenuProps {
  readonly device: Device;
  readonly onChanged: (device: Device) => void;
}

/** Rename, tag, say how it is reached and when it is expected, and retire. */
export function DeviceMenu({ device, onChanged }: DeviceMenuProps) {
  const open = useSignal<'rename' | 'tags' | 'machine' | 'retire' | null>(null);
  const tags = useSignal('');
  const name = useSignal(device.name);
  if (!canAct.value) return null;
  const close = () => {
    open.value = null;
  };
  return (
    <>
      <button
        type="button"
        class="button button-plain"
        onClick={() => {
          name.value = device.name;
          open.value = 'rename';
        }}
      >
        {t('device.rename')}
      </button>
      <button
        type="button"
        class="button button-plain"
        onClick={() => {
          tags.value = device.tags.join(', ');
          open.value = 'tags';
        }}
      >
        {t('device.tags')}
      </button>
      <button
        type="button"
        class="button button-plain"
        onClick={() => {
          open.value = 'machine';
        }}
      >
        {t('device.machine')}
      </button>
      <button
        type="button"
        class="button button-plain"
        onClick={() => {
          open.value = 'retire';
        }}
      >
        {t('device.retire')}
      </button>
      {open.value === 'rename' && (
        <Dialog title={t('device.renameTitle', { name: device.name })} onClose={close}>
          <TextField
            label={t('fleet.name')}
            value={name.value}
            autoFocus
            onInput={(text) => {
              name.value = text;
            }}
          />
          <div class="dialog-actions">
            <ActionButton
              kind="primary"
              run={async () => {
                await api.renameDevice(device.id, name.value.trim());
                void reload();
                close();
              }}
            >
              {t('device.rename')}
            </ActionButton>
          </div>
        </Dialog>
      )}
      {open.value === 'tags' && (
        <Dialog title={t('device.tagTitle', { name: device.name })} onClose={close}>
          <TextField
            label={t('device.tags')}
            hint={t('device.tagHint')}
            value={tags.value}
            required={false}
            autoComplete="off"
            autoFocus
            onInput={(text) => {
              tags.value = text;
            }}
          />
          <div class="dialog-actions">
            <ActionButton
              kind="primary"
              run={async () => {
                await desk.changeDevice(device.id, { tags: tags.value.split(/[\s,]+/).filter(Boolean) });
                void reload();
                close();
              }}
            >
              {t('action.save')}
            </ActionButton>
          </div>
        </Dialog>
      )}
      {open.value === 'machine' && <DeviceSettings device={device} onClose={close} onChanged={onChanged} />}
      {open.value === 'retire' && (
        <Dialog title={t('device.retireTitle', { name: device.name })} onClose={close}>
          <p>{t('device.retireSentence')}</p>
          <div class="dialog-actions">
            <ActionButton
              kind="danger"
              run={async () => {
                await api.retireDevice(device.id);
                say(t('device.retired', { name: device.name }));
                void reload();
                navigate('/fleet');
              }}
            >
              {t('device.retire')}
            </ActionButton>
          </div>
        </Dialog>
      )}
    </>
  );
}
