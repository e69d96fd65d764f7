import { useComputed } from '@preact/signals';
import { nowMs } from '../../data/clock.ts';
import type { Planned } from '../../data/desk-api.ts';
import { clients } from '../../data/store.ts';
import { Icon } from '../../ui/Icon.tsx';
import { clockMinute, exactTime } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';

interface OccurrenceProps {
  readonly planned: Planned;
  readonly onChoose: (windowId: string) => void;
  /** In a cell of the month there is room for little. */
  readonly compact?: boolean;
  /** The day in which it is shown, ms since 1970. */
  readonly dayFromMs: number;
  readonly dayToMs: number;
}

/** One stretch of planned work in a day: whether it runs now, and whether its time counts. */
export function Occurrence({ planned, onChoose, compact = false, dayFromMs, dayToMs }: OccurrenceProps) {
  const [fromMs, toMs] = [Date.parse(planned.from), Date.parse(planned.to)];
  const runs = useComputed(() => fromMs <= nowMs.value && nowMs.value < toMs);
  const span = t('maintenance.span', {
    from: fromMs < dayFromMs ? '…' : clockMinute(fromMs),
    to: toMs > dayToMs ? '…' : clockMinute(toMs),
  });
  const effect = t(planned.excludes ? 'maintenance.excludes' : 'maintenance.silences');
  return (
    <button
      type="button"
      class={`occurrence${planned.excludes ? '' : ' silences'}${runs.value ? ' runs' : ''}`}
      title={`${exactTime(fromMs)}\n${exactTime(toMs)}\n${planned.reason}`}
      onClick={() => onChoose(planned.windowId)}
    >
      {runs.value && (
        <span class="occurrence-runs">
          <Icon name="maintenance" size={12} /> {t('maintenance.now')}
        </span>
      )}
      <span class="occurrence-span">{span}</span>
      <span class="occurrence-title">{planned.title}</span>
      <span class={compact ? 'sr' : 'quiet'}>
        {clients.value.get(planned.clientId)?.name}. {effect}
      </span>
    </button>
  );
}
