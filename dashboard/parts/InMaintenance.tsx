import type { DeviceSummary } from '../../protocol/api/view.ts';
import { Icon } from '../ui/Icon.tsx';
import { t } from '../words/i18n.ts';

/** Marks a machine that planned work is done on; in words where there is room. */
export function InMaintenance({ device, words = false }: { device: DeviceSummary; words?: boolean }) {
  if (!device.inMaintenance) return null;
  return (
    <span class={words ? 'in-maintenance badge' : 'in-maintenance'} title={t('maintenance.quiet')}>
      <Icon name="maintenance" size={14} />
      <span class={words ? '' : 'sr'}>{t('maintenance.in')}</span>
    </span>
  );
}
