import type { LedgerState } from '../words/availability.ts';
import { t } from '../words/i18n.ts';

/** The patterns of the ledger's states, once a page: state is never told by colour alone. */
export function HatchPatterns() {
  return (
    <svg class="hatches" width="0" height="0" aria-hidden="true" focusable="false">
      <defs>
        {(['unknown', 'excluded'] as const).map((state) => (
          <pattern
            key={state}
            id={`hatch-${state}`}
            class={`hatch-${state}`}
            width="4"
            height="4"
            patternUnits="userSpaceOnUse"
            patternTransform={state === 'unknown' ? 'rotate(45)' : 'rotate(-45)'}
          >
            <rect width="4" height="4" />
            <line x1="0" y1="0" x2="0" y2="4" />
          </pattern>
        ))}
      </defs>
    </svg>
  );
}

export function LedgerSwatch({ state }: { state: LedgerState | 'none' }) {
  return (
    <svg class="ledger-swatch" width="12" height="12" aria-hidden="true">
      <rect class={`ledger-${state}`} width="12" height="12" rx="2" />
      {state === 'down' && <path class="ledger-cross" d="m3.5 3.5 5 5m0-5-5 5" />}
    </svg>
  );
}

/** What the marks mean. */
export function LedgerLegend() {
  return (
    <ul class="legend">
      {(['up', 'down', 'unknown', 'excluded', 'none'] as const).map((state) => (
        <li key={state}>
          <LedgerSwatch state={state} />
          {t(`ledger.${state}`)}
        </li>
      ))}
    </ul>
  );
}
