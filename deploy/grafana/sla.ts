import { DurationSeconds, PercentUnit } from '@grafana/grafana-foundation-sdk/units';
import type { Board, Step } from './kit.ts';
import { lines, stat, table } from './panels.ts';

const whole = 'subject="client", client="$client"';
const left: readonly Step[] = [
  [null, 'red'],
  [0, 'orange'],
  [0.25, 'green'],
];
const toGo: readonly Step[] = [
  [null, 'red'],
  [0, 'orange'],
  [3_600, 'text'],
];
const due = 'vigia_incident_response_due_timestamp_seconds{client="$client"} - time()';

const share = (labels: string): string =>
  `vigia_error_budget_remaining_seconds{${labels}, window="$window"} / (vigia_error_budget_seconds{${labels}, window="$window"} > 0)`;

export const sla: Board = {
  uid: 'vigia-sla',
  title: 'SLA of a client',
  about: 'Whether what was promised to a client holds, and what is due next.',
  variables: [
    { name: 'client', label: 'Client', values: 'label_values(vigia_availability_target_ratio, client)' },
    { name: 'window', label: 'Period', values: ['this_month', '30d'] },
  ],
  rows: [
    {
      title: 'Promised and kept',
      panels: [
        stat({
          title: 'Available',
          about: 'Time up of all that is covered, as share of the time that is known. Never rounded up.',
          expr: `min(vigia_availability_ratio{${whole}, window="$window"})`,
          unit: PercentUnit,
          decimals: 3,
        }),
        stat({
          title: 'Promised',
          about: 'The target of the contract.',
          expr: `max(vigia_availability_target_ratio{${whole}})`,
          unit: PercentUnit,
          decimals: 3,
        }),
        stat({
          title: 'Budget left',
          about: 'Share of the down time that the target allows in the whole period.',
          expr: `min(${share(whole)})`,
          unit: PercentUnit,
          decimals: 1,
          steps: left,
        }),
        stat({
          title: 'May still be down',
          about: 'The same as time, of all covered machines together.',
          expr: `min(vigia_error_budget_remaining_seconds{${whole}, window="$window"})`,
          unit: DurationSeconds,
          steps: [
            [null, 'red'],
            [0, 'green'],
          ],
        }),
        stat({
          title: 'Known',
          about: 'Share of the time of which it is known whether it was up or down. What is unknown proves nothing.',
          expr: `min(vigia_availability_coverage_ratio{${whole}, window="$window"})`,
          unit: PercentUnit,
          decimals: 2,
        }),
        stat({
          title: 'Responses overdue',
          about: 'Open incidents to which nobody responded in time.',
          expr: `count(vigia_incident_response_due_timestamp_seconds{client="$client"} < time()) or vector(0)`,
          steps: [
            [null, 'green'],
            [1, 'red'],
          ],
        }),
      ],
    },
    {
      title: 'How it went',
      panels: [
        lines({
          title: 'Budget left',
          about: 'A step is an outage. Below nothing, the promise is broken.',
          queries: [
            { expr: `min(${share(whole)})`, legend: 'whole client' },
            {
              expr: `min by (service) (${share('subject="service", client="$client"')})`,
              legend: '{{service}}',
            },
          ],
          unit: PercentUnit,
          max: 1,
        }),
        lines({
          title: 'Open incidents',
          about: 'By priority.',
          queries: [{ expr: 'sum by (priority) (vigia_incidents_open{client="$client"})', legend: '{{priority}}' }],
          min: 0,
          decimals: 0,
          stacked: true,
        }),
      ],
    },
    {
      title: 'By what',
      panels: [
        table({
          title: 'Machines',
          about: 'Those with the least left of their budget first.',
          sortBy: 'May still be down',
          worstIsLow: true,
          columns: [
            {
              name: 'Available',
              expr: 'min by (site, device) (vigia_availability_ratio{subject="device", client="$client", window="$window"})',
              unit: PercentUnit,
            },
            {
              name: 'Promised',
              expr: 'max by (site, device) (vigia_availability_target_ratio{subject="device", client="$client"})',
              unit: PercentUnit,
            },
            {
              name: 'May still be down',
              expr: 'min by (site, device) (vigia_error_budget_remaining_seconds{subject="device", client="$client", window="$window"})',
              unit: DurationSeconds,
              steps: [
                [null, 'red'],
                [0, 'text'],
              ],
            },
          ],
        }),
        table({
          title: 'Services',
          about: 'What the client works with, by the contract’s own target of each.',
          sortBy: 'May still be down',
          worstIsLow: true,
          columns: [
            {
              name: 'Available',
              expr: 'min by (service) (vigia_availability_ratio{subject="service", client="$client", window="$window"})',
              unit: PercentUnit,
            },
            {
              name: 'Promised',
              expr: 'max by (service) (vigia_availability_target_ratio{subject="service", client="$client"})',
              unit: PercentUnit,
            },
            {
              name: 'May still be down',
              expr: 'min by (service) (vigia_error_budget_remaining_seconds{subject="service", client="$client", window="$window"})',
              unit: DurationSeconds,
              steps: [
                [null, 'red'],
                [0, 'text'],
              ],
            },
          ],
        }),
        table({
          title: 'Responses that are due',
          about:
            'Time until the first response is due; below nothing it is late. What is paused or was responded to is not here.',
          sortBy: 'Due in',
          worstIsLow: true,
          span: 24,
          columns: [
            {
              name: 'Due in',
              expr: `min by (site, device, priority, incident) (${due})`,
              unit: DurationSeconds,
              steps: toGo,
            },
          ],
        }),
      ],
    },
  ],
};
