import type { Device } from '../../../protocol/api/view.ts';
import { isolated } from '../../../protocol/bidi.ts';
import { Ago } from '../../ui/Ago.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { bytes } from '../../words/format.ts';
import { rich, t } from '../../words/i18n.ts';

const MAX_DEPTH = 4;
const abbreviations = new Set(['os', 'cpu', 'gpu', 'ip', 'mac', 'uuid', 'id', 'bios', 'ram']);

/** What the agent says of hardware and system. Its words are a machine's: shown as text, whatever they hold. */
export function Inventory({ inventory }: { inventory: Device['inventory'] }) {
  return (
    <section class="card inventory">
      <header class="card-head">
        <h2>{t('inventory.title')}</h2>
        {inventory && <span class="quiet">{rich('inventory.at', { ago: <Ago at={inventory.at} /> })}</span>}
      </header>
      {inventory === null ? <Nothing>{t('inventory.none')}</Nothing> : <Entries value={inventory.document} depth={0} />}
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
            <Value name={name} value={each} depth={depth + 1} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ name, value, depth }: { name: string; value: unknown; depth: number }) {
  if (depth > MAX_DEPTH) return null;
  if (Array.isArray(value)) {
    if (value.every((each) => typeof each !== 'object'))
      return <>{value.map((each) => isolated(String(each))).join(', ')}</>;
    return (
      <ul class="inventory-list">
        {value.map((each, index) => (
          <li key={index}>
            <Value name={name} value={each} depth={depth + 1} />
          </li>
        ))}
      </ul>
    );
  }
  if (typeof value === 'object' && value !== null) {
    return <Entries value={value as Record<string, unknown>} depth={depth} />;
  }
  if (typeof value === 'boolean') return <>{t(value ? 'yes' : 'no')}</>;
  return <>{typeof value === 'number' && isBytes(name) ? bytes(value) : String(value)}</>;
}

function isWorthShowing(value: unknown): boolean {
  return value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);
}

/** Units live in the document's names, as everywhere in Vigia. */
const isBytes = (name: string) => name.endsWith('Bytes');

/** `memoryBytes` -> `Memory`, `osName` -> `OS name`: the document's own words, made readable. */
function humanise(name: string): string {
  const bare = isBytes(name) ? name.slice(0, -'Bytes'.length) : name;
  const words = bare.replace(/([a-z\d])([A-Z])/g, '$1 $2').split(/[\s_-]+/);
  const text = words
    .map((word) => (abbreviations.has(word.toLowerCase()) ? word.toUpperCase() : word.toLowerCase()))
    .join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
