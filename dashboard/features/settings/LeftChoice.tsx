import { useSignal } from '@preact/signals';
import type { LeftBehind } from '../../../protocol/api/view.ts';
import { clients, sites } from '../../data/store.ts';
import { toggled } from '../../data/toggled.ts';
import { CheckField } from '../../ui/Field.tsx';
import { Form } from '../../ui/Form.tsx';
import { t } from '../../words/i18n.ts';

interface LeftChoiceProps {
  /** Who or what made it. */
  readonly name: string;
  readonly left: LeftBehind;
  readonly word: string;
  readonly run: (keep: readonly string[]) => Promise<void>;
  readonly onCancel: () => void;
}

/** What somebody or a key made that still opens something: it ends with them, but for what is kept on purpose. */
export function LeftChoice({ name, left, word, run, onCancel }: LeftChoiceProps) {
  const kept = useSignal<readonly string[]>([]);
  const things = [
    ...left.apiKeys.map((key) => ({
      id: key.id,
      words: t('left.key', { name: key.name, role: t(`role.${key.role}`) }),
    })),
    ...left.tokens.map((token) => ({
      id: token.id,
      words: t('left.token', {
        client: clients.value.get(token.clientId)?.name ?? '–',
        site: sites.value.get(token.siteId)?.name ?? '–',
        uses: String(token.usesLeft),
      }),
    })),
    ...left.reportLinks.map((link) => ({
      id: link.id,
      words: t('left.reportLink', { client: clients.value.get(link.id)?.name ?? '–' }),
    })),
  ];
  return (
    <Form submit={word} danger cancel={onCancel} run={() => run(kept.value)}>
      {things.length > 0 && (
        <fieldset class="field">
          <legend>{t('left.title', { name })}</legend>
          <p class="hint">{t('left.hint')}</p>
          {things.map(({ id, words }) => (
            <CheckField
              key={id}
              label={t('left.keep', { thing: words })}
              checked={kept.value.includes(id)}
              onChange={() => {
                kept.value = toggled(kept.value, id);
              }}
            />
          ))}
        </fieldset>
      )}
    </Form>
  );
}
