import { isolated } from '../../../protocol/bidi.ts';
import type { Outlook } from '../forecast/forecast.ts';
import { outlookSentence, type WriteInstant } from '../forecast/outlook-sentence.ts';
import type { Signal } from '../hysteresis.ts';
import type { ForecastSettings } from '../settings.ts';
import type { Finding } from './rule.ts';

/**
 * The levels of the forecast that a file system will be full. What is not known holds what is raised.
 * @param sharers who shares its space, as the end of a sentence
 */
export function* diskForecast(
  mountpoint: string,
  outlook: Outlook,
  settings: ForecastSettings,
  write: WriteInstant,
  sharers = '',
): Iterable<Finding> {
  for (const [index, level] of settings.levels.entries()) {
    yield {
      rule: 'disk.forecast',
      object: mountpoint,
      priority: level.priority,
      timing: level,
      signal: signalOf(outlook, level, outlook.isHeld?.[index] ?? false),
      sentence: () => outlookSentence(mountpoint, outlook, write) + sharers,
      recovery: () => `No longer about to be full. ${outlookSentence(mountpoint, outlook, write)}`,
      evidence: { metrics: [`fs.available[${mountpoint}]`], threshold: null },
      standing: false,
    };
  }
}

/** What was foretold of a file system is told of another from now on, with which it shares its space. */
export function* takenOver(mountpoint: string, teller: string, settings: ForecastSettings): Iterable<Finding> {
  const sentence = (): string =>
    `${isolated(mountpoint)} shares its space with ${isolated(teller)}, with which it is told from now on`;
  for (const level of settings.levels) {
    yield {
      rule: 'disk.forecast',
      object: mountpoint,
      priority: level.priority,
      timing: level,
      signal: 'clear',
      sentence,
      recovery: sentence,
      evidence: { metrics: [`fs.available[${mountpoint}]`], threshold: null },
      standing: false,
    };
  }
}

function signalOf(outlook: Outlook, level: ForecastSettings['levels'][number], isHeld: boolean): Signal {
  if (outlook.kind === 'full' && outlook.leadMs < level.belowMs) return 'raise';
  if (isHeld || (outlook.kind === 'none' && outlook.reason === 'sparse')) return 'hold';
  return outlook.kind === 'none' || outlook.leadMs >= level.clearMs ? 'clear' : 'hold';
}
