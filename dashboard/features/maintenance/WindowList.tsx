import type { MaintenanceWindow } from '../../../protocol/api/maintenance.ts';
import { When } from '../../ui/Ago.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { duration } from '../../words/format.ts';
import { rich, t } from '../../words/i18n.ts';
import { recurrenceWords, targetWords } from './window-words.ts';

interface WindowListProps {
  readonly windows: readonly MaintenanceWindow[];
  readonly onChoose: (windowId: string) => void;
}

/** Every window that was declared; those that run first, then by their next time, then what is over. */
export function WindowList({ windows, onChoose }: WindowListProps) {
  const order = ({ running, next, cancelledAt }: MaintenanceWindow) =>
    cancelledAt !== null ? '9' : (running?.from ?? next?.from ?? '8');
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('maintenance.windows')}</h2>
      </header>
      {windows.length === 0 ? (
        <Nothing>{t('maintenance.none')}</Nothing>
      ) : (
        <ul class="window-list">
          {[...windows]
            .sort((a, b) => Number(b.running !== null) - Number(a.running !== null) || (order(a) < order(b) ? -1 : 1))
            .map((window) => (
              <li key={window.id} class={window.cancelledAt === null ? '' : 'cancelled'}>
                <div>
                  <button type="button" class="window-title" onClick={() => onChoose(window.id)}>
                    {window.title}
                  </button>
                  <p class="quiet">
                    {targetWords(window)}, {recurrenceWords(window)}, {duration(window.durationMinutes * 60_000)}
                  </p>
                </div>
                <WindowTime window={window} />
              </li>
            ))}
        </ul>
      )}
    </section>
  );
}

/** Running, next or over; and whether its time counts. */
export function WindowTime({ window: { running, next, cancelledAt } }: { window: MaintenanceWindow }) {
  const counted = running ?? next;
  return (
    <div class="window-time">
      {running !== null && (
        <span class="badge runs-badge">
          <Icon name="maintenance" size={14} />
          <span>{rich('maintenance.runsUntil', { time: <When at={running.to} /> })}</span>
        </span>
      )}
      {running === null && cancelledAt !== null && (
        <span class="quiet">{rich('maintenance.cancelledAt', { time: <When at={cancelledAt} /> })}</span>
      )}
      {running === null && cancelledAt === null && (
        <span>
          {next === null ? t('maintenance.over') : rich('maintenance.nextAt', { time: <When at={next.from} /> })}
        </span>
      )}
      {counted !== null && cancelledAt === null && (
        <span class="quiet">{t(counted.excludes ? 'maintenance.excludes' : 'maintenance.silences')}</span>
      )}
    </div>
  );
}
