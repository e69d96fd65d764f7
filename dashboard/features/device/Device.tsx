import { useEffect } from 'preact/hooks';
import type { Device as DeviceDocument } from '../../../protocol/api/view.ts';
import { api } from '../../data/api.ts';
import { byDeadline } from '../../data/deadline.ts';
import { isThere } from '../../data/select.ts';
import { clients, devices, incidents, sites, watchDevice } from '../../data/store.ts';
import { AvailabilityStrip } from '../../parts/AvailabilityStrip.tsx';
import { IncidentCards } from '../../parts/IncidentCards.tsx';
import { InMaintenance } from '../../parts/InMaintenance.tsx';
import { Onboarding } from '../../parts/Onboarding.tsx';
import { RecoveryCard } from '../../parts/recovery/RecoveryCard.tsx';
import { StateBadge } from '../../parts/StateBadge.tsx';
import { TwinPanel } from '../../parts/TwinPanel.tsx';
import { clientHref, ledgerHref, siteHref } from '../../route/routes.ts';
import { Ago, Lasting, When } from '../../ui/Ago.tsx';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { Fact, Facts } from '../../ui/Facts.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Words } from '../../ui/Words.tsx';
import { duration } from '../../words/format.ts';
import { rich, t } from '../../words/i18n.ts';
import { DeviceCharts } from './DeviceCharts.tsx';
import { DeviceIncidents } from './DeviceIncidents.tsx';
import { DeviceMenu } from './DeviceMenu.tsx';
import { Disks } from './Disks.tsx';
import { Inventory } from './Inventory.tsx';
import { Processes } from './Processes.tsx';

/** One machine: what it is doing, since when, and what proves it. */
export function DevicePage({ id }: { id: string }) {
  return <Device key={id} id={id} />;
}

function Device({ id }: { id: string }) {
  const loaded = useLoaded(id, () => api.device(id));
  useEffect(
    () => watchDevice(id, { onPoints: () => {}, onDevice: (device) => device.id === id && loaded.set(device) }),
    [id],
  );
  return (
    <div class="view device">
      <Async loaded={loaded}>
        {(device) => <DeviceBody device={{ ...device, ...devices.value.get(id) }} onChanged={loaded.set} />}
      </Async>
    </div>
  );
}

interface DeviceProps {
  readonly device: DeviceDocument;
  readonly onChanged: (device: DeviceDocument) => void;
}

function DeviceBody({ device, onChanged }: DeviceProps) {
  return (
    <>
      <DeviceHead device={device} onChanged={onChanged} />
      <OpenHere deviceId={device.id} />
      <TwinPanel deviceId={device.id} revision={`${device.openIncidents}`} />
      <Availability device={device} />
      <DeviceCharts device={device} />
      <div class="device-columns">
        <Disks device={device} />
        <Processes device={device} />
        <RecoveryCard of="device" id={device.id} clientId={device.clientId} />
        <DeviceIncidents deviceId={device.id} revision={`${device.openIncidents} ${device.worstPriority}`} />
        {device.onboarding.length > 0 && <Onboarding findings={device.onboarding} />}
        <Inventory inventory={device.inventory} />
      </div>
    </>
  );
}

/** What is wrong with it now comes before how it measures. */
function OpenHere({ deviceId }: { deviceId: string }) {
  const open = [...incidents.value.values()]
    .filter((incident) => incident.deviceId === deviceId && incident.state !== 'resolved')
    .sort(byDeadline);
  return <IncidentCards incidents={open} selectedId={null} />;
}

function DeviceHead({ device, onChanged }: DeviceProps) {
  const client = clients.value.get(device.clientId);
  const site = sites.value.get(device.siteId);
  return (
    <header class="view-head device-head">
      <div>
        <nav class="crumbs" aria-label={t('nav.crumbs')}>
          <a href="/fleet">{t('nav.fleet')}</a>
          {client && <a href={clientHref(client.id)}>{client.name}</a>}
          {site && <a href={siteHref(site.id)}>{site.name}</a>}
        </nav>
        <h1>{device.name}</h1>
        <p class="device-state">
          <StateBadge state={device.state} />
          <span class="quiet">{rich('device.stateFor', { span: <Lasting since={device.stateSince} /> })}</span>
          <span class="device-reason">
            <Words said={device.stateSaid} />
          </span>
          <InMaintenance device={device} words />
        </p>
        {device.refusal && (
          <p class="device-refusal">
            <Icon name="warning" size={16} />
            <span>{t('device.refused', { sentence: device.refusal.sentence, code: device.refusal.code })}</span>
          </p>
        )}
        <DeviceFacts device={device} />
        <DeviceTags tags={device.tags} />
      </div>
      <div class="view-actions">
        {device.remoteLink && (
          <a class="button button-plain" href={device.remoteLink} target="_blank" rel="noopener noreferrer">
            <Icon name="remote" size={16} />
            {t('device.remote')}
          </a>
        )}
        <DeviceMenu device={device} onChanged={onChanged} />
      </div>
    </header>
  );
}

function DeviceTags({ tags }: { tags: readonly string[] }) {
  if (tags.length === 0) return null;
  return (
    <ul class="device-tags" aria-label={t('device.tags')}>
      {tags.map((tag) => (
        <li key={tag}>{tag}</li>
      ))}
    </ul>
  );
}

function DeviceFacts({ device }: { device: DeviceDocument }) {
  return (
    <Facts across>
      <Fact label={t('device.os')}>{device.os ?? t('unknown')}</Fact>
      <Fact label={t('device.kind')}>{t(`kind.${device.kind}`)}</Fact>
      <Fact label={t('device.uptime')}>
        {device.bootAt === null ? t('unknown') : <Uptime device={device} bootAt={device.bootAt} />}
      </Fact>
      <Fact label={t('device.lastReport')}>
        {device.lastReportAt === null ? t('fleet.never') : <Ago at={device.lastReportAt} />}
      </Fact>
      <Fact label={t('device.agent')}>{device.agentVersion ?? t('unknown')}</Fact>
      <Fact label={t('device.clock')}>
        {device.clockOffsetMs === null ? t('unknown') : clockSentence(device.clockOffsetMs)}
      </Fact>
      <Fact label={t('device.enrolled')}>
        <When at={device.enrolledAt} />
      </Fact>
    </Facts>
  );
}

/** A machine that is not there has no uptime; it has a last known boot. */
function Uptime({ device, bootAt }: { device: DeviceDocument; bootAt: string }) {
  if (isThere(device)) return <Lasting since={bootAt} />;
  return <>{rich('device.lastBoot', { when: <When at={bootAt} /> })}</>;
}

function clockSentence(offsetMs: number): string {
  if (Math.abs(offsetMs) < 1000) return t('device.clockRight');
  return t(offsetMs > 0 ? 'device.clockAhead' : 'device.clockBehind', { span: duration(Math.abs(offsetMs)) });
}

function Availability({ device }: { device: DeviceDocument }) {
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('device.availability')}</h2>
        <a href={ledgerHref('device', device.id)}>{t('strip.openLedger')}</a>
      </header>
      <AvailabilityStrip kind="device" id={device.id} revision={device.state} />
    </section>
  );
}
