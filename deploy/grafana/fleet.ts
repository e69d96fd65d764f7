import { DurationSeconds, PercentUnit } from '@grafana/grafana-foundation-sdk/units';
import { type Board, words } from './kit.ts';
import { bars, lines, stat, states, table } from './panels.ts';

const mine = 'client=~"$client"';
/** The labels that make a device one. */
const device = 'instance, client, site, device';
const ofServers = `and on (${device}) vigia_device_info{kind="server", ${mine}}`;
const serversDown = `(vigia_device_up{${mine}} == 0) ${ofServers}`;
const bad = [
  [null, 'green'],
  [1, 'red'],
] as const;
const worth = [
  [null, 'green'],
  [1, 'orange'],
] as const;

export const fleet: Board = {
  uid: 'vigia-fleet',
  title: 'Fleet',
  about: 'Which machines of which client are in trouble, and what will be next.',
  variables: [{ name: 'client', label: 'Client', values: 'label_values(vigia_device_info, client)', several: true }],
  rows: [
    {
      title: 'Now',
      panels: [
        stat({
          title: 'Machines',
          about: 'Servers and workstations that Vigia knows.',
          expr: `count(vigia_device_info{${mine}})`,
        }),
        stat({
          title: 'Servers down',
          about: 'By evidence. A workstation that is off is not counted: it may be.',
          expr: `count(${serversDown}) or vector(0)`,
          steps: bad,
        }),
        stat({
          title: 'State not known',
          about: 'Nobody can say whether they are up: their site or Vigia itself sees nothing.',
          expr: `count(vigia_device_info{${mine}} unless on (${device}) vigia_device_up) or vector(0)`,
          steps: worth,
        }),
        stat({
          title: 'Emergency and High',
          about: 'Open incidents that somebody is to look at now.',
          expr: `sum(vigia_incidents_open{${mine}, priority=~"emergency|high"})`,
          steps: bad,
        }),
        stat({
          title: 'Nobody has taken',
          about: 'Open incidents of any priority that nobody has acknowledged.',
          expr: `sum(vigia_incidents_unacknowledged{${mine}})`,
          steps: worth,
        }),
        stat({
          title: 'Planned work',
          about: 'Machines in maintenance: what happens there is expected.',
          expr: `sum(vigia_device_in_maintenance{${mine}})`,
        }),
      ],
    },
    {
      title: 'Trouble',
      panels: [
        lines({
          title: 'Open incidents',
          about: 'By priority. A level that stays is work that does not get done.',
          queries: [{ expr: `sum by (priority) (vigia_incidents_open{${mine}})`, legend: '{{priority}}' }],
          min: 0,
          decimals: 0,
          stacked: true,
        }),
        table({
          title: 'Servers down',
          about: 'With the time since their last report.',
          sortBy: 'Silent for',
          columns: [
            {
              name: 'Silent for',
              expr: `max by (client, site, device) ((time() - vigia_device_last_report_timestamp_seconds{${mine}}) and on (${device}) (${serversDown}))`,
              unit: DurationSeconds,
            },
          ],
        }),
        states({
          title: 'Up and down',
          about: 'Of each server. A gap: nobody could say.',
          expr: `max by (client, site, device) (vigia_device_up{${mine}} ${ofServers})`,
          legend: '{{client}} / {{device}}',
          words: words({ 0: ['down', 'red'], 1: ['up', 'green'] }),
        }),
      ],
    },
    {
      title: 'What will be next',
      panels: [
        table({
          title: 'Fullest file systems',
          about: 'The fifteen of which least is left, by share.',
          sortBy: 'Used',
          columns: [
            {
              name: 'Used',
              expr: `topk(15, max by (client, site, device, mountpoint) (1 - vigia_filesystem_avail_bytes{${mine}} / vigia_filesystem_size_bytes))`,
              unit: PercentUnit,
              steps: [
                [null, 'text'],
                [0.9, 'orange'],
                [0.95, 'red'],
              ],
            },
          ],
        }),
        table({
          title: 'Full within four days',
          about: 'By a trend that Vigia trusts. What is not here has no such trend.',
          sortBy: 'Full in',
          worstIsLow: true,
          columns: [
            {
              name: 'Full in',
              expr: `bottomk(15, min by (client, site, device, mountpoint) (vigia_filesystem_full_forecast_timestamp_seconds{${mine}} - time()))`,
              unit: DurationSeconds,
              steps: [
                [null, 'red'],
                [43_200, 'orange'],
                [259_200, 'text'],
              ],
            },
          ],
        }),
        bars({
          title: 'Busiest processors',
          about: 'The ten that are busiest, as shares of all their processors.',
          expr: `topk(10, max by (client, device) (vigia_cpu_busy_ratio{${mine}}))`,
          legend: '{{client}} / {{device}}',
          unit: PercentUnit,
          max: 1,
        }),
        bars({
          title: 'Least memory left',
          about: 'The ten with the smallest share of memory that programs can still get.',
          expr: `bottomk(10, min by (client, device) (vigia_memory_available_bytes{${mine}} / vigia_memory_size_bytes))`,
          legend: '{{client}} / {{device}}',
          unit: PercentUnit,
          max: 1,
          steps: [
            [null, 'red'],
            [0.05, 'orange'],
            [0.1, 'green'],
          ],
        }),
      ],
    },
    {
      title: 'What it consists of',
      panels: [
        bars({
          title: 'Versions of the agent',
          about: 'Machines by the version of their agent.',
          expr: `count by (agent_version) (vigia_device_info{${mine}})`,
          legend: '{{agent_version}}',
        }),
        bars({
          title: 'Operating systems',
          about: 'Machines by what they run.',
          expr: `count by (os) (vigia_device_info{${mine}})`,
          legend: '{{os}}',
        }),
      ],
    },
  ],
};
