import type { CheckTarget } from '../../protocol/api/service.ts';
import { type Said, said } from '../../protocol/said/said.ts';
import type { Observation } from './check-result.ts';

/** What a check said, with its values and without the full stop: what is said of it goes on from there. */
export function sayObservation(target: CheckTarget, seen: Omit<Observation, 'certificateEndsAt'>): Said {
  const { reason, up, httpStatus: status, durationMs: tookMs } = seen;
  const about = { target: sayTarget(target), kind: target.kind, status, tookMs };
  if (reason === 'ok') return said('check.passes', about);
  return said('check.fails', {
    ...about,
    why: reason,
    wanted: target.kind === 'http' ? (target.status ?? []).map(String) : [],
    missing: target.kind === 'http' ? (target.text ?? null) : null,
    maxMs: target.kind === 'http' ? (target.maxMs ?? null) : null,
    isUnable: up === null,
  });
}

export function sayTarget(target: CheckTarget): Said {
  switch (target.kind) {
    case 'process':
      return said('target.process', { name: target.name });
    case 'unit':
      return said('target.unit', { name: target.name });
    case 'tcp':
      return said('target.tcp', { host: target.host, port: target.port });
    case 'http':
      return said('target.http', { url: target.url });
  }
}
