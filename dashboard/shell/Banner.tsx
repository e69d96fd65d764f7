import { useComputed } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { nowMs } from '../data/clock.ts';
import { link, loadError, retryLive, server } from '../data/store.ts';
import { Icon, type IconName } from '../ui/Icon.tsx';
import { Words } from '../ui/Words.tsx';
import { clockTime, duration } from '../words/format.ts';
import { t } from '../words/i18n.ts';

function Banner({ kind, icon, children }: { kind: string; icon: IconName; children: ComponentChildren }) {
  return (
    <div class={`banner banner-${kind}`} role="status">
      <Icon name={icon} />
      <div class="banner-text">{children}</div>
    </div>
  );
}

/** What a person must know before believing the screen: blindness first, then what the server says of itself. */
export function Banners() {
  return (
    <>
      <LinkBanner />
      <JudgingBanner />
      <WarningBanners />
    </>
  );
}

function LinkBanner() {
  const state = link.value;
  if (state.kind !== 'down') return null;
  return (
    <Banner kind="blind" icon="blind">
      <strong>{t('banner.linkLost', { time: clockTime(state.sinceMs) })}</strong>{' '}
      <span aria-live="off">
        <LinkWait sinceMs={state.sinceMs} retryAtMs={state.retryAtMs} />
      </span>{' '}
      {loadError.value && <span>{loadError.value} </span>}
      <button type="button" class="link" onClick={retryLive}>
        {t('banner.retry')}
      </button>
    </Banner>
  );
}

/** The browser's own clock counts here: the server is the one that cannot be asked. */
function LinkWait({ sinceMs, retryAtMs }: { sinceMs: number; retryAtMs: number }) {
  const text = useComputed(() => {
    const tick = nowMs.value && Date.now();
    const age = duration(tick - sinceMs);
    return tick < retryAtMs
      ? t('banner.stale', { age, wait: duration(retryAtMs - tick + 999) })
      : t('banner.staleTrying', { age });
  });
  return <>{text}</>;
}

function JudgingBanner() {
  const health = server.value;
  const left = useComputed(() => Date.parse(server.value?.judgingFrom ?? '') - nowMs.value);
  const isJudging = useComputed(() => !(left.value > 0));
  const wait = useComputed(() => duration(left.value + 999));
  if (!health || isJudging.value) return null;
  return (
    <Banner kind="info" icon="clock">
      <strong>{t('banner.justStarted')}</strong>{' '}
      {t('banner.notJudged', { time: clockTime(Date.parse(health.judgingFrom)) })} <span aria-live="off">({wait})</span>
    </Banner>
  );
}

function WarningBanners() {
  return server.value?.warningsSaid.map((warning) => (
    <Banner kind="warning" icon="warning" key={JSON.stringify(warning)}>
      <Words said={warning} />
    </Banner>
  ));
}
