import type { Device, FileSystem } from '../../protocol/view.ts';
import { bytes, percent } from '../format.ts';
import { t } from '../i18n.ts';
import { isThere } from '../select.ts';
import { Bar } from './Bar.tsx';

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
        <p class="quiet">{t('disks.none')}</p>
      ) : (
        <ul class="disks">
          {systems.map((system) => (
            <Disk key={system.mountpoint} system={system} stale={stale} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Disk({ system, stale }: { system: FileSystem; stale: boolean }) {
  const inodes = inodesUsedRatio(system);
  return (
    <li>
      <div class="disk-line">
        <span class="disk-mount">{system.mountpoint}</span>
        {system.readOnly && <span class="tag">{t('disks.readOnly')}</span>}
        <span class="disk-left">
          {system.availableBytes === null || system.sizeBytes === null
            ? t('disks.unknown')
            : t('disks.left', { available: bytes(system.availableBytes), size: bytes(system.sizeBytes) })}
        </span>
      </div>
      <Bar ratio={usedRatio(system)} label={t('disks.used')} stale={stale} />
      {inodes !== null && <p class="hint">{t('disks.inodes', { ratio: percent(inodes) })}</p>}
    </li>
  );
}

function usedRatio({ sizeBytes, availableBytes }: FileSystem): number | null {
  return sizeBytes === null || availableBytes === null || sizeBytes <= 0 ? null : 1 - availableBytes / sizeBytes;
}

/** Null where the file system has no fixed number of them. */
function inodesUsedRatio({ inodes, inodesFree }: FileSystem): number | null {
  return inodes === null || inodesFree === null || inodes <= 0 ? null : 1 - inodesFree / inodes;
}
