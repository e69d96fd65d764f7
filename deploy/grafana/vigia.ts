import {
  BytesIEC,
  CountsPerSecond,
  DurationSeconds,
  PercentUnit,
  Seconds,
} from '@grafana/grafana-foundation-sdk/units';
import type { Board, Step } from './kit.ts';
import { bars, lines, stat } from './panels.ts';

const it = 'instance=~"$instance"';
const bad: readonly Step[] = [
  [null, 'green'],
  [1, 'red'],
];
const rate = (name: string, by = ''): string => `sum ${by}(rate(${name}{${it}}[$__rate_interval]))`;
const quantile = (share: number): string =>
  `histogram_quantile(${share}, sum by (le) (rate(vigia_ingest_commit_seconds_bucket{${it}}[$__rate_interval])))`;

export const vigia: Board = {
  uid: 'vigia-server',
  title: 'Vigia itself',
  about: 'Whether the watchman is awake: judging, keeping, telling, and how much room is left.',
  variables: [{ name: 'instance', label: 'Server', values: 'label_values(vigia_build_info, instance)', several: true }],
  rows: [
    {
      title: 'Awake',
      panels: [
        stat({
          title: 'Duties failing',
          about: 'Of judging reports, keeping what follows and telling people. The dashboard of Vigia says why.',
          expr: `sum(vigia_duty_failing{${it}})`,
          steps: bad,
        }),
        stat({
          title: 'Evaluation lag',
          about: 'How long ago the server was last done with what it judges each second.',
          expr: `max(vigia_duty_age_seconds{${it}, duty="evaluating"})`,
          unit: Seconds,
          decimals: 1,
          steps: [
            [null, 'green'],
            [5, 'orange'],
            [20, 'red'],
          ],
        }),
        stat({
          title: 'Warnings',
          about: 'What is wrong with the server itself, as its pages show it.',
          expr: `sum(vigia_warnings{${it}})`,
          steps: [
            [null, 'green'],
            [1, 'orange'],
          ],
        }),
        stat({
          title: 'Agents connected',
          about: 'Of the machines that it knows.',
          expr: `sum(vigia_agents_connected{${it}})`,
        }),
        stat({
          title: 'Running for',
          about: 'Since the process started.',
          expr: `time() - max(process_start_time_seconds{${it}} and on (instance) vigia_build_info)`,
          unit: DurationSeconds,
        }),
        stat({
          title: 'Damaged parts of history',
          about: 'Set aside because their checksums do not match; the page of storage says which.',
          expr: `sum(vigia_storage_damaged_parts{${it}})`,
          steps: bad,
        }),
      ],
    },
    {
      title: 'Reports',
      panels: [
        lines({
          title: 'Reports kept',
          about: 'Committed for good, each once.',
          queries: [{ expr: rate('vigia_reports_total'), legend: 'kept' }],
          unit: CountsPerSecond,
          min: 0,
        }),
        lines({
          title: 'Reports lost, links refused',
          about: 'Zero on a good day. Lost: an agent had to drop them before it could deliver.',
          queries: [
            { expr: rate('vigia_reports_lost_total'), legend: 'lost' },
            { expr: rate('vigia_reports_undatable_total'), legend: 'with an impossible date' },
            { expr: `${rate('vigia_links_refused_total')} or vector(0)`, legend: 'links refused' },
            { expr: `${rate('vigia_task_results_dropped_total')} or vector(0)`, legend: 'results dropped' },
          ],
          unit: CountsPerSecond,
          min: 0,
        }),
        lines({
          title: 'Group commits',
          about: 'How long the disk takes to make reports durable.',
          queries: [
            { expr: quantile(0.5), legend: 'median' },
            { expr: quantile(0.99), legend: '99th percentile' },
          ],
          unit: Seconds,
          min: 0,
        }),
        lines({
          title: 'Evaluation lag',
          about: 'A line that climbs: the server does not do it any more.',
          queries: [{ expr: `max by (duty) (vigia_duty_age_seconds{${it}})`, legend: '{{duty}}' }],
          unit: Seconds,
          min: 0,
        }),
      ],
    },
    {
      title: 'Queues and messages',
      panels: [
        bars({
          title: 'Queues',
          about: 'How full each is. One that is full refuses.',
          expr: `max by (queue) (vigia_queue_length{${it}} / vigia_queue_limit)`,
          legend: '{{queue}}',
          unit: PercentUnit,
          max: 1,
          steps: [
            [null, 'green'],
            [0.5, 'orange'],
            [0.8, 'red'],
          ],
        }),
        lines({
          title: 'Messages that wait',
          about: 'For how long the oldest is late: a receiver that does not answer.',
          queries: [{ expr: `max by (queue) (vigia_queue_oldest_seconds{${it}})`, legend: '{{queue}}' }],
          unit: DurationSeconds,
          min: 0,
        }),
        lines({
          title: 'Tries to tell people',
          about: 'By the kind of receiver and how they ended.',
          queries: [
            {
              expr: rate('vigia_deliveries_total', 'by (kind, outcome) '),
              legend: '{{kind}} {{outcome}}',
            },
          ],
          span: 24,
          unit: CountsPerSecond,
          min: 0,
        }),
      ],
    },
    {
      title: 'Room',
      panels: [
        lines({
          title: 'History on disk',
          about: 'Bytes of blocks by resolution, and the file that holds them.',
          queries: [
            { expr: `sum by (resolution) (vigia_storage_bytes{${it}})`, legend: '{{resolution}}' },
            { expr: `sum(vigia_storage_file_bytes{${it}})`, legend: 'file' },
            { expr: `sum(vigia_storage_journal_bytes{${it}})`, legend: 'journal' },
          ],
          unit: BytesIEC,
          min: 0,
        }),
        lines({
          title: 'Memory',
          about: 'Of the server’s process.',
          queries: [
            {
              expr: `sum(process_resident_memory_bytes{${it}} and on (instance) vigia_build_info)`,
              legend: 'resident memory',
            },
            { expr: `sum(vigia_storage_open_bytes{${it}})`, legend: 'reports not yet in blocks' },
          ],
          unit: BytesIEC,
          min: 0,
        }),
        lines({
          title: 'Processor',
          about: 'Processors that the server uses.',
          queries: [
            {
              expr: `sum(rate(process_cpu_seconds_total{${it}}[$__rate_interval]) and on (instance) vigia_build_info)`,
              legend: 'used',
            },
          ],
          min: 0,
        }),
        lines({
          title: 'Lateness of timers',
          about: 'What holds up the loop holds up everybody.',
          queries: [{ expr: `max by (stat) (vigia_event_loop_lag_seconds{${it}})`, legend: '{{stat}}' }],
          unit: Seconds,
          min: 0,
        }),
      ],
    },
  ],
};
