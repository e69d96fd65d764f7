import type { DeviceSummary } from '../../../protocol/api/view.ts';
import { countStates } from '../../data/select.ts';
import { StateShape } from '../../parts/StateBadge.tsx';
import { fleetHref } from '../../route/routes.ts';
import { t } from '../../words/i18n.ts';

/** How many machines are in each state; with a filter, each count opens those machines. */
export function DeviceCounts({
  devices,
  filter,
}: {
  devices: readonly DeviceSummary[];
  filter?: Record<string, string>;
}) {
  return (
    <p class="device-counts">
      <span class="quiet">{t('fleet.machines', { count: devices.length })}</span>
      {countStates(devices).map(({ state, count }) => {
        const mark = (
          <>
            <StateShape state={state} />
            {count} {t(`state.${state}`).toLowerCase()}
          </>
        );
        return filter ? (
          <a key={state} class="badge" href={fleetHref({ ...filter, state })}>
            {mark}
          </a>
        ) : (
          <span key={state} class="badge">
            {mark}
          </span>
        );
      })}
    </p>
  );
}
