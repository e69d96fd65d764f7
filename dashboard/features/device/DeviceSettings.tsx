import { useSignal } from '@preact/signals';
import type { Device } from '../../../protocol/api/view.ts';
import { desk } from '../../data/desk-api.ts';
import { remoteExample, remotePlaces } from '../../data/remote-places.ts';
import { clients } from '../../data/store.ts';
import { CheckField, TextField } from '../../ui/Field.tsx';
import { CreateDialog } from '../../ui/ListSection.tsx';
import { say } from '../../ui/Toasts.tsx';
import { t } from '../../words/i18n.ts';

interface DeviceSettingsProps {
  readonly device: Device;
  readonly onClose: () => void;
  readonly onChanged: (device: Device) => void;
}

/** How a machine is reached, and when a workstation is expected to run. */
export function DeviceSettings({ device, onClose, onChanged }: DeviceSettingsProps) {
  const remoteUrl = useSignal(device.remoteUrl ?? '');
  const expectedHours = useSignal(device.expectedHours);
  const isWorkstation = device.kind === 'workstation';
  return (
    <CreateDialog
      title={t('device.machineTitle', { name: device.name })}
      submit={t('action.save')}
      onClose={onClose}
      run={async () => {
        const changed = await desk.changeDevice(device.id, {
          remoteUrl: remoteUrl.value.trim() || null,
          ...(isWorkstation && { expectedHours: expectedHours.value }),
        });
        onChanged(changed);
        onClose();
        say(t('device.machineSaved'));
      }}
    >
      <TextField
        label={t('device.remoteUrl')}
        hint={t('device.remoteUrlHint', remotePlaces)}
        type="url"
        placeholder={clients.value.get(device.clientId)?.remoteUrl ?? remoteExample}
        value={remoteUrl.value}
        required={false}
        autoComplete="off"
        autoFocus
        onInput={(text) => {
          remoteUrl.value = text;
        }}
      />
      {isWorkstation && (
        <CheckField
          label={t('device.expectedHours')}
          hint={t('device.expectedHoursHint')}
          checked={expectedHours.value}
          onChange={(checked) => {
            expectedHours.value = checked;
          }}
        />
      )}
    </CreateDialog>
  );
}
