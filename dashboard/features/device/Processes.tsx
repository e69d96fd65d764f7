import type { Device } from '../../../protocol/api/view.ts';
import { Ago } from '../../ui/Ago.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
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
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t('processes.name')}</th>
              <th scope="col" class="number">
                {t('processes.count')}
              </th>
              <th scope="col" class="number">
                {t('fleet.cpu')}
              </th>
              <th scope="col" class="number">
                {t('fleet.memory')}
              </th>
            </tr>
          </thead>
          <tbody>
            {processes.items.map((process) => (
              <tr key={process.name}>
                <th scope="row">{process.name}</th>
                <td class="number">{process.count}</td>
                <td class="number">{percent(process.cpuRatio)}</td>
                <td class="number">{bytes(process.memoryBytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
