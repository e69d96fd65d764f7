import { BytesIEC, DurationSeconds, PercentUnit } from '@grafana/grafana-foundation-sdk/units';
import { type Board, words } from './kit.ts';
import { lines, stat, states } from './panels.ts';

const it = 'client="$client", site="$site", device="$device"';
const upAndDown = words({ 0: ['down', 'red'], 1: ['up', 'green'] });

export const device: Board = {
  uid: 'vigia-device',
  title: 'Device',
  about: 'How one machine does, and how it did.',
  variables: [
    { name: 'client', label: 'Client', values: 'label_values(vigia_device_info, client)' },
    { name: 'site', label: 'Site', values: 'label_values(vigia_device_info{client="$client"}, site)' },
    {
      name: 'device',
      label: 'Device',
      values: 'label_values(vigia_device_info{client="$client", site="$site"}, device)',
    },
  ],
  rows: [
    {
      title: 'Now',
      panels: [
        stat({
          title: 'State',
          about: 'By evidence; none while nobody can say.',
          expr: `max(vigia_device_up{${it}})`,
          words: upAndDown,
        }),
        stat({
          title: 'Running for',
          about: 'Since it booted, by the clock of the server.',
          expr: `time() - max(vigia_device_boot_timestamp_seconds{${it}})`,
          unit: DurationSeconds,
        }),
        stat({
          title: 'Last report',
          about: 'How old its newest report is.',
          expr: `time() - max(vigia_device_last_report_timestamp_seconds{${it}})`,
          unit: DurationSeconds,
          steps: [
            [null, 'green'],
            [120, 'orange'],
            [600, 'red'],
          ],
        }),
        stat({
          title: 'Planned work',
          about: 'Whether it is in maintenance.',
          expr: `max(vigia_device_in_maintenance{${it}})`,
          words: words({ 0: ['no', 'text'], 1: ['yes', 'blue'] }),
        }),
        stat({
          title: 'Available this month',
          about: 'Time up as share of the time that is known. Never rounded up.',
          expr: `min(vigia_availability_ratio{subject="device", ${it}, window="this_month"})`,
          unit: PercentUnit,
          decimals: 3,
        }),
        stat({
          title: 'May still be down',
          about: 'Left of this month’s error budget; none without a contract.',
          expr: `min(vigia_error_budget_remaining_seconds{subject="device", ${it}, window="this_month"})`,
          unit: DurationSeconds,
          steps: [
            [null, 'red'],
            [0, 'green'],
          ],
        }),
        states({
          title: 'Up and down',
          about: 'A gap: nobody could say.',
          expr: `max(vigia_device_up{${it}})`,
          legend: '$device',
          words: upAndDown,
        }),
      ],
    },
    {
      title: 'Load',
      panels: [
        lines({
          title: 'Processor',
          about: 'Share of all processor time that was not idle.',
          queries: [{ expr: `max(vigia_cpu_busy_ratio{${it}})`, legend: 'busy' }],
          unit: PercentUnit,
          min: 0,
          max: 1,
        }),
        lines({
          title: 'Load',
          about: 'Average over one minute of what wants to run.',
          queries: [{ expr: `max(vigia_load1{${it}})`, legend: 'over 1 min' }],
          min: 0,
        }),
        lines({
          title: 'Memory',
          about: 'What programs use, of what the machine has.',
          queries: [
            {
              expr: `max(vigia_memory_size_bytes{${it}}) - max(vigia_memory_available_bytes{${it}})`,
              legend: 'used',
            },
            { expr: `max(vigia_memory_size_bytes{${it}})`, legend: 'size' },
          ],
          unit: BytesIEC,
          min: 0,
        }),
        lines({
          title: 'Reports',
          about: 'Age of the newest report. A tooth that grows is silence.',
          queries: [{ expr: `time() - max(vigia_device_last_report_timestamp_seconds{${it}})`, legend: 'age' }],
          unit: DurationSeconds,
          min: 0,
        }),
      ],
    },
    {
      title: 'File systems',
      panels: [
        lines({
          title: 'Used',
          about: 'Share of each file system that ordinary users can no longer fill.',
          queries: [
            {
              expr: `1 - max by (mountpoint) (vigia_filesystem_avail_bytes{${it}}) / max by (mountpoint) (vigia_filesystem_size_bytes{${it}})`,
              legend: '{{mountpoint}}',
            },
          ],
          unit: PercentUnit,
          min: 0,
          max: 1,
        }),
        lines({
          title: 'Left',
          about: 'Space that ordinary users can still fill.',
          queries: [{ expr: `max by (mountpoint) (vigia_filesystem_avail_bytes{${it}})`, legend: '{{mountpoint}}' }],
          unit: BytesIEC,
          min: 0,
        }),
        lines({
          title: 'Full in',
          about: 'By the trend of each file system, within four days; nothing while there is none.',
          queries: [
            {
              expr: `min by (mountpoint) (vigia_filesystem_full_forecast_timestamp_seconds{${it}}) - time()`,
              legend: '{{mountpoint}}',
            },
          ],
          span: 24,
          unit: DurationSeconds,
          min: 0,
        }),
      ],
    },
  ],
};
