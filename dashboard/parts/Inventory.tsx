import type { Device } from '../../protocol/view.ts';
import { rich, t } from '../i18n.ts';
import { Ago } from './Ago.tsx';

const MAX_DEPTH = 4;
const abbreviations = new Set(['os', 'cpu', 'gpu', 'ip', 'mac', 'uuid', 'id', 'bios', 'ram', 'ip4', 'ip6']);

/** What the agent says of hardware and system. Its words are a machine's: shown as text, whatever they hold. */
export function Inventory({ inventory }: { inventory: Device['inventory'] }) {
  return (
    <section class="card inventory">
      <header class="card-head">
        <h2>{t('inventory.title')}</h2>
        {inventory && <span class="quiet">{rich('inventory.at', { ago: <Ago at={inventory.at} /> })}</span>}
      </header>
      {inventory === null ? (
        <p class="quiet">{t('inventory.none')}</p>
      ) : (
        <Entries value={inventory.document} depth={0} />
      )}
    </section>
  );
}

function Entries({ value, depth }: { value: Record<string, unknown>; depth: number }) {
  const entries = Object.entries(value).filter(([, each]) => isWorthShowing(each));
  return (
    <dl class={depth === 0 ? 'inventory-sections' : 'inventory-entries'}>
      {entries.map(([name, each]) => (
        <div key={name}>
          <dt>{humanise(name)}</dt>
          <dd>
            <Value value={each} depth={depth + 1} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ value, depth }: { value: unknown; depth: number }) {
  if (depth > MAX_DEPTH) return null;
  if (Array.isArray(value)) {
    return (
      <ul class="inventory-list">
        {value.map((each, index) => (
          <li key={index}>
            <Value value={each} depth={depth + 1} />
          </li>
        ))}
      </ul>
    );
  }
  if (typeof value === 'object' && value !== null)
    return <Entries value={value as Record<string, unknown>} depth={depth} />;
  if (typeof value === 'boolean') return <>{t(value ? 'yes' : 'no')}</>;
  return <>{String(value)}</>;
}

function isWorthShowing(value: unknown): boolean {
  return value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);
}

/** `sizeBytes` -> `Size bytes`: the document's own words, made readable. */
function humanise(name: string): string {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase();
  if (abbreviations.has(words)) return words.toUpperCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
