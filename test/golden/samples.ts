import type { Api } from './api.ts';
import type { Beginning } from './beginning.ts';
import type { Machines } from './fleet.ts';
import type { Samples } from './routes.ts';
import { LASTS_MS } from './story.ts';
import { STARTS_AT } from './world.ts';

const from = new Date(STARTS_AT).toISOString();
const to = new Date(STARTS_AT + LASTS_MS).toISOString();
const hour = `from=${from}&to=${to}`;
const periods = ['?period=this_month', `?${hour}`];

/** With what the routes are asked at this moment. */
export async function takeSamples(api: Api, machines: Machines, beginning: Beginning): Promise<Samples> {
  const { people, clients, sites, serviceId } = beginning;
  const idsOf = async (path: string): Promise<string[]> =>
    (await api.ask(people.admin, 'GET', path)).body.items.map(({ id }: { id: string }) => id);
  const files = machines.get('files-1');
  return {
    ids: {
      clients: Object.values(clients),
      sites: Object.values(sites),
      devices: await idsOf('/api/v1/devices?limit=200'),
      incidents: await idsOf('/api/v1/incidents?state=all&limit=200'),
      services: [serviceId],
      checks: await idsOf('/api/v1/checks'),
      users: await idsOf('/api/v1/users'),
      'api-keys': await idsOf('/api/v1/api-keys'),
      install: ['agent.sh', 'nothing'],
      plans: await idsOf('/api/v1/recovery/plans'),
      ping: ['nothing-that-anybody-has'],
      policies: ['default', 'tag:database', `client:${clients.dental}`, `device:${files.deviceId}`],
    },
    queries: {
      '/api/v1/sites': ['', `?client=${clients.dental}`],
      '/api/v1/devices': [
        '',
        `?client=${clients.bakery}`,
        `?site=${sites.warehouse}&limit=1`,
        '?state=up&limit=2',
        '?cursor=x',
      ],
      '/api/v1/devices/{id}/series': [
        `?metric=cpu.busy&metric=${encodeURIComponent('fs.available[/]')}&${hour}&step=10m`,
        '',
      ],
      '/api/v1/series': [
        `?metric=cpu.busy&${hour}&step=10m&across=mean`,
        `?metric=${encodeURIComponent('fs.available[/data]')}&${hour}&step=10m&across=top&count=2`,
        `?metric=cpu.busy&${hour}&step=10m&across=heat&bounds=0.1,0.2&tag=database`,
        `?metric=cpu.busy&devices=${files.deviceId}&${hour}&step=5m`,
        '',
      ],
      '/api/v1/recovery/plans/{id}/attainment': [`?${hour}`],
      '/api/v1/recovery/attainment': [
        `?client=${clients.dental}&${hour}`,
        `?client=${clients.dental}&${hour}&format=csv`,
        '',
      ],
      '/api/v1/incidents': [
        '',
        '?state=all&limit=3',
        `?state=all&device=${files.deviceId}`,
        `?client=${clients.bakery}&state=resolved`,
      ],
      '/api/v1/holidays': ['?country=CH&region=ZH&year=2026', '?country=XX&year=2026'],
      '/api/v1/audit': [`?limit=3&${hour}`, '?action=incident.acknowledge', '?from=yesterday'],
      '/api/v1/audit.csv': ['?action=device.enrol'],
      '/api/v1/policies': ['', `?client=${clients.dental}`],
      '/api/v1/maintenance': ['', `?client=${clients.bakery}`],
      '/api/v1/maintenance/occurrences': [`?from=${from}&to=2026-05-01T00:00:00Z`, ''],
      '/api/v1/person-reports': ['', `?client=${clients.bakery}`],
      '/api/v1/ahead': ['', `?client=${clients.dental}&period=this_month`, '?period=last_month'],
      '/api/v1/availability': [
        '?period=this_month',
        `?${hour}&by=device`,
        `?period=this_month&by=client&client=${clients.dental}`,
        `?period=this_month&site=${sites.warehouse}`,
        `?period=this_month&service=${serviceId}`,
        '?period=never',
      ],
      '/api/v1/devices/{id}/presence': ['', `?${hour}`],
      '/api/v1/devices/{id}/ledger': periods,
      '/api/v1/sites/{id}/ledger': periods,
      '/api/v1/services/{id}/ledger': [...periods, '?period=this_month&format=csv'],
      '/api/v1/devices/{id}/strip': ['?days=2'],
      '/api/v1/services/{id}/strip': ['?days=2'],
      '/api/v1/checks': ['', `?client=${clients.dental}`, `?device=${machines.get('db-1').deviceId}`],
      '/api/v1/services': ['', `?client=${clients.bakery}`],
      '/enroll': [`?nonce=${'A'.repeat(43)}`, '?nonce=short'],
      '/install/manifest.json': ['', '?platform=none'],
      '/install/checksums': ['?platform=none'],
    },
  };
}
