import type { Maker } from '../../protocol/api/view.ts';
import { t } from '../words/i18n.ts';

/** Who made a key or a token, and who answers for it since that maker is gone. */
export function MakerName({ maker, keeper }: { maker: Maker; keeper: Maker | null }) {
  return (
    <>
      {nameOf(maker)}
      {!maker.isActive && <span class="quiet"> {t('maker.gone')}</span>}
      {keeper && <div class="quiet">{t('maker.keptBy', { name: nameOf(keeper) })}</div>}
    </>
  );
}

function nameOf({ id, kind, name }: Maker): string {
  if (kind === 'command_line') return t('maker.commandLine');
  if (kind === 'key') return t('maker.key', { name: name ?? id });
  return name ?? id;
}
