import { useComputed } from '@preact/signals';
import { nowMs } from '../data/clock.ts';
import { devices, isLinkDown, server } from '../data/store.ts';
import { Lasting } from '../ui/Ago.tsx';
import { Fact, Facts } from '../ui/Facts.tsx';
import { Icon } from '../ui/Icon.tsx';
import { clockTime } from '../words/format.ts';
import { rich, t } from '../words/i18n.ts';

/** How the watchman himself is. What he warns of stands in banners above every page. */
export function ServerHealthCard() {
  const health = server.value;
  const isJudging = useComputed(() => server.value !== null && Date.parse(server.value.judgingFrom) <= nowMs.value);
  if (!health) return null;
  const word = wordOf(health.warnings.length > 0, isJudging.value);
  const isQuiet = word === 'health.well' || word === 'health.starting';
  return (
    <section class="card health">
      <header class="card-head">
        <h2>{t('health.title')}</h2>
        <span class="badge">
          <Icon name={isQuiet ? 'check' : 'warning'} size={16} />
          {t(word)}
        </span>
      </header>
      <Facts>
        <Fact label={t('health.running')}>
          {rich('health.runningFor', { span: <Lasting since={health.startedAt} />, version: health.version })}
        </Fact>
        <Fact label={t('health.agents')}>
          {t('health.agentsConnected', { connected: health.agentsConnected, count: devices.value.size })}
        </Fact>
        {!isJudging.value && (
          <Fact label={t('health.judging')}>
            {t('health.notBefore', { time: clockTime(Date.parse(health.judgingFrom)) })}
          </Fact>
        )}
        <Fact label={t('health.zones')}>
          {t('health.zonesAre', { mine: Intl.DateTimeFormat().resolvedOptions().timeZone, server: health.timeZone })}
        </Fact>
      </Facts>
    </section>
  );
}

function wordOf(hasWarnings: boolean, isJudging: boolean) {
  if (isLinkDown.value) return 'health.blind';
  if (hasWarnings) return 'health.attention';
  return isJudging ? 'health.well' : 'health.starting';
}
