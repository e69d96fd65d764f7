import { useSignal } from '@preact/signals';
import type { Device } from '../../../protocol/api/view.ts';
import { api } from '../../data/api.ts';
import { desk } from '../../data/desk-api.ts';
import { canAct, reload } from '../../data/store.ts';
import { useDraft } from '../../data/use-draft.ts';
import { navigate } from '../../route/router.ts';
import { AskButton } from '../../ui/AskButton.tsx';
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
  const draft = useDraft({ name: '', tags: '' });
  const isSetUp = useSignal(false);
  if (!canAct.value) return null;
  const begin = () => draft.put({ name: device.name, tags: device.tags.join(', ') });
  return (
    <>
      <AskButton
        label={t('device.rename')}
        title={t('device.renameTitle', { name: device.name })}
        onOpen={begin}
        run={async () => {
          await api.renameDevice(device.id, draft.value.name.trim());
          void reload();
        }}
      >
        <TextField label={t('fleet.name')} autoComplete="off" autoFocus {...draft.text('name')} />
      </AskButton>
      <AskButton
        label={t('device.tags')}
        title={t('device.tagTitle', { name: device.name })}
        word={t('action.save')}
        onOpen={begin}
        run={async () => {
          await desk.changeDevice(device.id, { tags: draft.value.tags.split(/[\s,]+/).filter(Boolean) });
          void reload();
        }}
      >
        <TextField
          label={t('device.tags')}
          hint={t('device.tagHint')}
          required={false}
          autoComplete="off"
          autoFocus
          {...draft.text('tags')}
        />
      </AskButton>
      <button
        type="button"
        class="button button-plain"
        onClick={() => {
          isSetUp.value = true;
        }}
      >
        {t('device.machine')}
      </button>
      {isSetUp.value && (
        <DeviceSettings
          device={device}
          onChanged={onChanged}
          onClose={() => {
            isSetUp.value = false;
          }}
        />
      )}
      <AskButton
        label={t('device.retire')}
        title={t('device.retireTitle', { name: device.name })}
        kind="danger"
        run={async () => {
          await api.retireDevice(device.id);
          say(t('device.retired', { name: device.name }));
          void reload();
          navigate('/fleet');
        }}
      >
        <p>{t('device.retireSentence')}</p>
      </AskButton>
    </>
  );
}
