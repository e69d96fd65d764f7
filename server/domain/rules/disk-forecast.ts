import { said } from '../../../protocol/said/said.ts';
import type { Outlook } from '../forecast/forecast.ts';
import { sayOutlook } from '../forecast/say-outlook.ts';
import type { Signal } from '../hysteresis.ts';
import type { ForecastSettings } from '../settings.ts';
import type { Finding } from './rule.ts';

/**
 * The levels of the forecast that a file system will be full. What is not known holds what is raised.
 * @param sharers who shares its space
 */
export function* diskForecast(
  mountpoint: string,
  outlook: Outlook,
  settings: ForecastSettings,
  sharers: readonly string[] = [],
): Iterable<Finding> {
  for (const [index, level] of settings.levels.entries()) {
    yield {
      rule: 'disk.forecast',
      object: mountpoint,
      priority: level.priority,
      timing: level,
      signal: signalOf(outlook, level, outlook.isHeld?.[index] ?? false),
      said: () => sayOutlook(mountpoint, outlook, sharers),
      recovery: () => said('disk.forecast.over', { outlook: sayOutlook(mountpoint, outlook) }),
      evidence: { metrics: [`fs.available[${mountpoint}]`], threshold: null },
      standing: false,
    };
  }
}

/** What was foretold of a file system is told of another from now on, with which it shares its space. */
export function* takenOver(mountpoint: string, teller: string, settings: ForecastSettings): Iterable<Finding> {
  const shares = () => said('disk.shares-space', { mountpoint, teller });
  for (const level of settings.levels) {
    yield {
      rule: 'disk.forecast',
      object: mountpoint,
      priority: level.priority,
      timing: level,
      signal: 'clear',
      said: shares,
      recovery: shares,
      evidence: { metrics: [`fs.available[${mountpoint}]`], threshold: null },
      standing: false,
    };
  }
}

function signalOf(outlook: Outlook, level: ForecastSettings['levels'][number], isHeld: boolean): Signal {
  if (outlook.kind === 'full' && outlook.leadMs < level.belowMs) return 'raise';
  if (isHeld || (outlook.kind === 'none' && outlook.reason === 'sparse')) return 'hold';
  return outlook.kind === 'none' || outlook.leadMs >= level.belowMs + level.clearMarginMs ? 'clear' : 'hold';
}
