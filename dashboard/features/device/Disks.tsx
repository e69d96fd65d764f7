import type { Device, FileSystem } from '../../../protocol/api/view.ts';
import { isolated } from '../../../protocol/bidi.ts';
import { nowMs } from '../../data/clock.ts';
import { isThere } from '../../data/select.ts';
import { Bar } from '../../ui/Bar.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { bytes, exactTime, percent, time } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';
import { exactWordsOf } from '../../words/said.ts';

const MAX_SHARERS = 8;

/** Every file system, the fullest first. */
export function Disks({ device }: { device: Device }) {
  const stale = !isThere(device);
  const systems = [...device.fileSystems].sort((a, b) => (usedRatio(b) ?? -1) - (usedRatio(a) ?? -1));
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('disks.title')}</h2>
      </header>
      {systems.length === 0 ? (
        <Nothing>{t('disks.none')}</Nothing>
      ) : (
        <ul class="disks">
          {systems.map((system) => (
            <Disk key={system.mountpoint} system={system} stale={stale} />
          ))}
        </ul>
      )}
      <LeftOut leftOut={device.leftOut} />
    </section>
  );
}

/** The agent watches so many and no more; what it does not is said. */
function LeftOut({ leftOut: { count, items } }: Pick<Device, 'leftOut'>) {
  if (count === 0) return null;
  const named = items
    .slice(0, 8)
    .map(({ mountpoint, sizeBytes }) =>
      sizeBytes === null ? isolated(mountpoint) : t('disks.leftOutOne', { mountpoint, size: bytes(sizeBytes) }),
    );
  const more = count - named.length;
  return (
    <p class="hint" title={items.map(({ mountpoint }) => mountpoint).join('\n')}>
      {t('disks.leftOut', { count, named: named.join(', ') })}
      {more > 0 && t('disks.leftOutMore', { count: more })}
    </p>
  );
}

function Disk({ system, stale }: { system: FileSystem; stale: boolean }) {
  const inodes = inodesUsedRatio(system);
  return (
    <li>
      <div class="disk-line">
        <span class="disk-mount">{system.mountpoint}</span>
        {system.readable === false && <span class="tag">{t('disks.unreadable')}</span>}
        {system.readOnly && <span class="tag">{t('disks.readOnly')}</span>}
        <span class="disk-left" title={system.forecast ? exactWordsOf(system.forecast.said, nowMs.peek()) : undefined}>
          {system.availableBytes === null || system.sizeBytes === null
            ? t('disks.unknown')
            : t('disks.left', { available: bytes(system.availableBytes), size: bytes(system.sizeBytes) })}
        </span>
      </div>
      <Bar ratio={usedRatio(system)} label={t('disks.used')} stale={stale} />
      <Forecast forecast={system.forecast} />
      <Sharers names={system.sharesWith ?? []} />
      {inodes !== null && <p class="hint">{t('disks.inodes', { ratio: percent(inodes) })}</p>}
    </li>
  );
}

/** They are full together, and are told together. */
function Sharers({ names }: { names: readonly string[] }) {
  if (names.length === 0) return null;
  const more = names.length - MAX_SHARERS;
  return (
    <p class="hint" title={names.join('\n')}>
      {t('disks.shares', { names: names.slice(0, MAX_SHARERS).join(', ') })}
      {more > 0 && t('disks.leftOutMore', { count: more })}
    </p>
  );
}

/** When it will be full; while it will not, the reason stands behind what is left. */
function Forecast({ forecast }: { forecast: FileSystem['forecast'] }) {
  if (!forecast || forecast.fullAt === null || forecast.bytesPerHour === null) return null;
  const atMs = Date.parse(forecast.fullAt);
  const certainty = (forecast.quality ?? 0) >= 0.8 ? 'sure' : (forecast.quality ?? 0) >= 0.6 ? 'fairlySure' : 'unsure';
  return (
    <p class="hint" title={`${exactWordsOf(forecast.said, nowMs.peek())}. ${exactTime(atMs)}`}>
      {t('disks.full', {
        when: time(atMs, nowMs.peek()),
        amount: bytes(forecast.bytesPerHour),
        certainty: t(`disks.${certainty}`),
      })}
    </p>
  );
}

function usedRatio({ sizeBytes, availableBytes }: FileSystem): number | null {
  return sizeBytes === null || availableBytes === null || sizeBytes <= 0 ? null : 1 - availableBytes / sizeBytes;
}

/** Null where the file system has no fixed number of them. */
function inodesUsedRatio({ inodes, inodesFree }: FileSystem): number | null {
  return inodes === null || inodesFree === null || inodes <= 0 ? null : 1 - inodesFree / inodes;
}
