import type { Device } from '../../../protocol/api/view.ts';
import { desk } from '../../data/desk-api.ts';
import { remoteExample, remotePlaces } from '../../data/remote-places.ts';
import { clients } from '../../data/store.ts';
import { useDraft } from '../../data/use-draft.ts';
import { CheckField, TextField } from '../../ui/Field.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { say } from '../../ui/Toasts.tsx';
import { t } from '../../words/i18n.ts';

interface DeviceSettingsProps {
  readonly device: Device;
  readonly onClose: () => void;
  readonly onChanged: (device: Device) => void;
}

/** How a machine is reached, and when a workstation is expected to run. */
export function DeviceSettings({ device, onClose, onChanged }: DeviceSettingsProps) {
  const draft = useDraft({ remoteUrl: device.remoteUrl ?? '', expectedHours: device.expectedHours });
  const isWorkstation = device.kind === 'workstation';
  return (
    <FormDialog
      title={t('device.machineTitle', { name: device.name })}
      submit={t('action.save')}
      onClose={onClose}
      run={async () => {
        const changed = await desk.changeDevice(device.id, {
          remoteUrl: draft.value.remoteUrl.trim() || null,
          ...(isWorkstation && { expectedHours: draft.value.expectedHours }),
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
        {...draft.text('remoteUrl')}
        required={false}
        autoComplete="off"
        autoFocus
      />
      {isWorkstation && (
        <CheckField
          label={t('device.expectedHours')}
          hint={t('device.expectedHoursHint')}
          {...draft.flag('expectedHours')}
        />
      )}
    </FormDialog>
  );
}
