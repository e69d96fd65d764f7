import type { Device } from '../../../protocol/api/view.ts';
import { Ago } from '../../ui/Ago.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { Table } from '../../ui/Table.tsx';
import { bytes, percent } from '../../words/format.ts';
import { rich, t } from '../../words/i18n.ts';

/** The busiest processes by name, as of the last time the machine was busy. */
export function Processes({ device: { processes } }: { device: Device }) {
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('processes.title')}</h2>
        {processes && <span class="quiet">{rich('processes.at', { ago: <Ago at={processes.at} /> })}</span>}
      </header>
      {processes === null || processes.items.length === 0 ? (
        <Nothing>{t('processes.none')}</Nothing>
      ) : (
        <Table
          label={t('processes.title')}
          items={processes.items}
          keyOf={({ name }) => name}
          columns={[
            { head: t('processes.name'), kind: 'name', cell: ({ name }) => name },
            { head: t('processes.count'), kind: 'number', cell: ({ count }) => count },
            { head: t('fleet.cpu'), kind: 'number', cell: ({ cpuRatio }) => percent(cpuRatio) },
            { head: t('fleet.memory'), kind: 'number', cell: ({ memoryBytes }) => bytes(memoryBytes) },
          ]}
        />
      )}
    </section>
  );
}
