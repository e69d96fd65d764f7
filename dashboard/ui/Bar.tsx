import { percent } from '../words/format.ts';
import { t } from '../words/i18n.ts';

interface BarProps {
  readonly ratio: number | null;
  /** What is measured, for those who do not see the bar. */
  readonly label: string;
  /** The figure is older than the present state: shown, but not as if it were fresh. */
  readonly stale?: boolean;
  readonly title?: string;
}

/** A share 0..1 as a bar with its figure; unknown is shown as unknown. */
export function Bar({ ratio, label, stale = false, title }: BarProps) {
  if (ratio === null) {
    return (
      <span class="bar bar-none">
        <span class="sr">{t('bar.unknown', { label })}</span>
        <span aria-hidden="true">–</span>
      </span>
    );
  }
  return (
    <span class={stale ? 'bar stale' : 'bar'} title={title}>
      <span class="bar-track" aria-hidden="true">
        <span class="bar-fill" style={{ width: `${Math.min(100, Math.max(0, ratio * 100))}%` }} />
      </span>
      <span class="sr">{label}</span>
      <span class="bar-figure">{percent(ratio)}</span>
    </span>
  );
}
