import type { Server } from 'node:http';
import { tellUnseen } from '../core/presence/unseen.ts';
import { expiryNow } from '../fleet/agreed-now.ts';
import { duties } from '../platform/health/health.ts';
import { Heartbeat } from '../platform/health/heartbeat.ts';
import { startDaily } from './daily.ts';
import type { Features } from './features.ts';
import type { Foundation } from './foundation.ts';
import type { Watching } from './watching.ts';

/** Begins all that goes on by itself, once the server listens. Returns what ends it. */
export function startRunning(
  ground: Foundation,
  { list }: Features,
  watching: Watching,
  server: Server,
): () => Promise<void> {
  const { config, logger, clock, now, store, fleet, health, vitalSigns, certificate } = ground;
  const stopWatching = watching.start();
  const daily = startDaily(
    [
      { name: 'certificate', run: () => certificate.renew(server, now()) },
      ...list.flatMap((feature) => feature.daily ?? []),
      { name: 'unseen', run: () => tellUnseen(store, fleet, now(), config.timeZone) },
    ],
    logger,
    () => expiryNow(fleet.devices, clock),
  );
  for (const feature of list) feature.start?.();
  const heartbeat =
    config.heartbeatUrl === null
      ? null
      : new Heartbeat({ url: config.heartbeatUrl, trouble: () => vitalSigns.trouble(), health, logger });
  heartbeat?.start();
  return async () => {
    stopWatching();
    await daily.stop();
    for (const feature of list) await feature.stop?.();
    await heartbeat?.stop();
  };
}

/** What `/metrics` says of the server's own queues, and of what it holds. */
export function watchOwnFigures(
  { metrics, tasks, health, vitalSigns }: Foundation,
  { list, series }: Features,
  watching: Watching,
): void {
  const { ingest, watch, opinions, gateway } = watching;
  metrics.watchStorage(() => series.usage());
  metrics.watchFigure({
    name: 'vigia_agents_connected',
    help: 'Agents with a link to this server.',
    read: () => gateway.connected,
  });
  metrics.watchFigure({
    name: 'vigia_duty_failing',
    help: 'Whether the server fails at what it does with every report: judging it, keeping what follows, telling people.',
    label: 'duty',
    read: () => duties.map((duty) => [duty, Number(health.failing.includes(duty))] as const),
  });
  metrics.watchFigure({
    name: 'vigia_duty_age_seconds',
    help: 'How long ago the server was last done with what it does each second; it lags behind while this grows.',
    label: 'duty',
    read: () => vitalSigns.ages().map(([duty, ageMs]) => [duty, ageMs / 1000] as const),
  });
  metrics.watchFigure({
    name: 'vigia_warnings',
    help: 'How much is wrong with the server itself, as its pages show it.',
    read: () => health.said.length,
  });
  metrics.watchQueue('ingest', { limit: ingest.queue().limit, length: () => ingest.queue().length });
  metrics.watchQueue('series', { limit: series.queue().limit, length: () => series.queue().length });
  metrics.watchQueue('watch', { limit: watch.lane.limit, length: () => watch.lane.length });
  for (const { queues = {}, figures = [] } of list) {
    for (const [name, queue] of Object.entries(queues)) metrics.watchQueue(name, queue);
    for (const figure of figures) metrics.watchFigure(figure);
  }
  metrics.watchQueue('opinions', { limit: opinions.pending.limit, length: () => opinions.pending.length });
  metrics.watchQueue('tasks', { limit: tasks.pending.limit, length: () => tasks.pending.length });
  metrics.watchQueue('handshakes', { limit: gateway.halfOpen().limit, length: () => gateway.halfOpen().length });
}
