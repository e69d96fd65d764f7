import type { Api, Caller } from './api.ts';
import type { MachineName, Machines } from './fleet.ts';
import { LASTS_MS } from './story.ts';
import type { Tape } from './tape.ts';
import { STARTS_AT } from './world.ts';

const STEPS = ['30s', '5m'];
/** Whose every metric is read. */
const measured: readonly MachineName[] = ['files-1', 'db-1', 'app-1'];

/** Every metric of a few machines over the hour, as it came and summed up. */
export async function recordSeries(api: Api, tape: Tape, admin: Caller, machines: Machines): Promise<void> {
  const from = new Date(STARTS_AT).toISOString();
  const to = new Date(STARTS_AT + LASTS_MS).toISOString();
  for (const name of measured) {
    const { deviceId, readings } = machines.get(name);
    for (const metric of Object.keys(readings)) {
      for (const step of STEPS) {
        const query = new URLSearchParams({ metric, from, to, step });
        const { body } = await api.ask(admin, 'GET', `/api/v1/devices/${deviceId}/series?${query}`);
        tape.add('series', { name, metric, step, body });
      }
    }
  }
}

/** Of the process and the machine that run the server. */
const ofThisMachine = /^(process|nodejs)_|^vigia_event_loop_lag_|^vigia_duty_age_/;

/** What Prometheus gets. Of what belongs to this machine the names alone. */
export async function recordMetrics(api: Api, tape: Tape, scraper: Caller): Promise<void> {
  const { body } = await api.ask(scraper, 'GET', '/metrics');
  const seen = new Set<string>();
  for (const line of String(body).split('\n')) {
    const name = line.replace(/[{ ].*$/, '');
    if (!ofThisMachine.test(line)) tape.add('metrics', line);
    else if (!seen.has(name)) tape.add('metrics', name);
    seen.add(name);
  }
}
