import type { ComponentChildren } from 'preact';
import type { Storage, StorageDamage } from '../../../protocol/api/view.ts';
import { spanText } from '../../charts/lost.ts';
import { request } from '../../data/api.ts';
import { nowMs } from '../../data/clock.ts';
import { deviceHref } from '../../route/routes.ts';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Table } from '../../ui/Table.tsx';
import { bytes, exactTime } from '../../words/format.ts';
import { rich, t } from '../../words/i18n.ts';

/** How much history there is, how long it is kept, and what of it was found damaged. */
export function StorageSettings() {
  const loaded = useLoaded('storage', () => request<Storage>('GET', '/storage'));
  return (
    <section class="card storage">
      <header class="card-head">
        <h2>{t('storage.title')}</h2>
      </header>
      <Async loaded={loaded}>
        {(storage) => (
          <>
            <p class="hint">
              {t('storage.sentence', {
                file: bytes(storage.fileBytes),
                free: bytes(storage.freeBytes),
                journal: bytes(storage.journalBytes),
              })}
            </p>
            <Resolutions storage={storage} />
            <Damaged storage={storage} />
            <Lost storage={storage} />
          </>
        )}
      </Async>
    </section>
  );
}

function Resolutions({ storage }: { storage: Storage }) {
  const now = nowMs.value;
  return (
    <Table
      label={t('storage.title')}
      items={storage.resolutions}
      keyOf={({ resolution }) => resolution}
      columns={[
        {
          head: t('storage.resolution'),
          kind: 'name',
          cell: ({ resolution }) => t(`storage.resolution.${resolution}`),
        },
        { head: t('storage.kept'), cell: ({ retentionMs }) => lengthText(retentionMs) },
        {
          head: t('storage.held'),
          cell: ({ from }) =>
            from === null ? (
              t('storage.nothing')
            ) : (
              <span title={exactTime(Date.parse(from))}>{lengthText(now - Date.parse(from))}</span>
            ),
        },
        { head: t('storage.size'), kind: 'number', cell: (each) => bytes(each.bytes) },
      ]}
    />
  );
}

const HOUR_MS = 3_600_000;

/** Two days or more in days, less in hours; the one that has begun counts. */
function lengthText(spanMs: number): string {
  const hours = Math.max(1, Math.ceil(spanMs / HOUR_MS));
  return hours < 48 ? t('storage.hours', { count: hours }) : t('storage.days', { count: Math.floor(hours / 24) });
}

function Damaged({ storage: { damaged, damagedCount } }: { storage: Storage }) {
  if (damagedCount === 0) return <p class="hint">{t('storage.whole')}</p>;
  return (
    <Parts sentence={t('storage.damaged', { count: damagedCount })} more={damagedCount - damaged.length}>
      {damaged.map((part) => (
        <li key={`${part.deviceId} ${part.from} ${part.foundAt}`}>
          {rich('storage.part', { who: <Whose part={part} />, span: spanText(part) })}
        </li>
      ))}
    </Parts>
  );
}

/** What is gone in another way than by damage, which is told of above. */
function Lost({ storage: { lost, lostCount } }: { storage: Storage }) {
  const others = lost.filter(({ kind }) => kind !== 'damaged');
  if (others.length === 0) return null;
  return (
    <Parts sentence={t('storage.lost')} more={lostCount - lost.length}>
      {others.map((loss) => (
        <li key={`${loss.kind} ${loss.deviceId} ${loss.from}`}>
          {rich('storage.part', { who: <Whose part={loss} />, span: spanText(loss) })}
          {'. '}
          {t(`storage.lost.${loss.kind}`)}
        </li>
      ))}
    </Parts>
  );
}

function Parts({ sentence, more, children }: { sentence: string; more: number; children: ComponentChildren }) {
  return (
    <>
      <p class="health-warning">
        <Icon name="warning" size={16} /> {sentence}
      </p>
      <ul class="storage-damaged">
        {children}
        {more > 0 && <li>{t('storage.more', { count: more })}</li>}
      </ul>
    </>
  );
}

function Whose({ part: { deviceId, deviceName } }: { part: Pick<StorageDamage, 'deviceId' | 'deviceName'> }) {
  if (deviceId === null) return <>{t('storage.someMachines')}</>;
  if (deviceName === null) return <>{t('storage.removedMachine')}</>;
  return <a href={deviceHref(deviceId)}>{deviceName}</a>;
}
