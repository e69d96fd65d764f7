import { download } from '../data/csv.ts';
import { t } from '../words/i18n.ts';
import { ActionButton } from './ActionButton.tsx';
import { Icon } from './Icon.tsx';

interface CsvButtonProps {
  /** What the file is called, without its ending. */
  readonly name: () => string;
  readonly text: () => Promise<string> | string;
  /** There is nothing to save. */
  readonly disabled?: boolean;
}

/** Saves what the page shows, for a spreadsheet. */
export function CsvButton({ name, text, disabled = false }: CsvButtonProps) {
  return (
    <ActionButton disabled={disabled} run={async () => download(`vigia-${name()}.csv`, await text())}>
      <Icon name="download" size={16} />
      {t('fleet.csv')}
    </ActionButton>
  );
}
