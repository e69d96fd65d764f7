import type { SiteCard } from '../../../protocol/api/site-card.ts';
import { useDraft } from '../../data/use-draft.ts';
import { Field } from '../../ui/Field.tsx';
import { Form } from '../../ui/Form.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { type LabelKey, t } from '../../words/i18n.ts';

type Contacts = NonNullable<SiteCard['contacts']>;
type Providers = NonNullable<SiteCard['providers']>;

interface EditorProps {
  readonly card: SiteCard;
  readonly onCancel: () => void;
  readonly onSave: (card: SiteCard) => Promise<void>;
}

/** What a technician needs at three in the morning, to be written down by day. */
export function SiteCardEditor({ card, onCancel, onSave }: EditorProps) {
  const draft = useDraft(card);
  const { set } = draft;
  const { contacts = [], providers = [] } = draft.value;
  return (
    <Form
      class="card form site-card-form"
      submit={t('action.save')}
      cancel={onCancel}
      run={() => onSave(filled(draft.value))}
    >
      <h2>{t('siteCard.title')}</h2>
      {(['address', 'openingHours'] as const).map((name) => (
        <Field key={name} label={t(name === 'address' ? 'siteCard.address' : 'siteCard.hours')}>
          {(id) => (
            <input
              id={id}
              maxLength={200}
              value={draft.value[name] ?? ''}
              onInput={(event) => set({ [name]: event.currentTarget.value })}
            />
          )}
        </Field>
      ))}
      <Rows
        title={t('siteCard.contacts')}
        add={t('siteCard.addContact')}
        fields={contactFields}
        rows={contacts}
        empty={{ name: '', role: '', phone: '', email: '' }}
        onChange={(rows: Contacts) => set({ contacts: rows })}
      />
      <Rows
        title={t('siteCard.providers')}
        add={t('siteCard.addProvider')}
        fields={providerFields}
        rows={providers}
        empty={{ name: '', account: '', phone: '' }}
        onChange={(rows: Providers) => set({ providers: rows })}
      />
      {(['emergency', 'notes'] as const).map((name) => (
        <Field key={name} label={t(`siteCard.${name}`)}>
          {(id) => (
            <textarea
              id={id}
              rows={4}
              maxLength={5000}
              value={draft.value[name] ?? ''}
              onInput={(event) => set({ [name]: event.currentTarget.value })}
            />
          )}
        </Field>
      ))}
    </Form>
  );
}

const labels = {
  name: 'siteCard.field.name',
  role: 'siteCard.field.role',
  phone: 'siteCard.field.phone',
  email: 'siteCard.field.email',
  account: 'siteCard.field.account',
} as const satisfies Record<string, LabelKey>;
const contactFields = ['name', 'role', 'phone', 'email'] as const;
const providerFields = ['name', 'account', 'phone'] as const;

interface RowsProps<Name extends string> {
  readonly title: string;
  readonly add: string;
  readonly fields: readonly Name[];
  readonly rows: readonly Record<Name, string>[];
  readonly empty: Record<Name, string>;
  readonly onChange: (rows: Record<Name, string>[]) => void;
}

/** Lines of a few fields each, such as contacts. */
function Rows<Name extends keyof typeof labels>(props: RowsProps<Name>) {
  const { title, add, fields, rows, empty, onChange } = props;
  const labelOf = (name: keyof typeof labels) => t(labels[name]);
  return (
    <fieldset class="card-rows">
      <legend>{title}</legend>
      {rows.map((row, index) => (
        <div key={`${index} of ${rows.length}`} class="card-row">
          {fields.map((name) => (
            <input
              key={name}
              aria-label={t('siteCard.fieldOf', { field: labelOf(name), number: index + 1 })}
              placeholder={labelOf(name)}
              maxLength={200}
              value={row[name]}
              onInput={(event) =>
                onChange(rows.map((each, at) => (at === index ? { ...each, [name]: event.currentTarget.value } : each)))
              }
            />
          ))}
          <button
            type="button"
            class="icon-button"
            aria-label={t('siteCard.removeRow', { number: index + 1, title })}
            onClick={() => onChange(rows.filter((_, at) => at !== index))}
          >
            <Icon name="close" size={14} />
          </button>
        </div>
      ))}
      <button type="button" class="link" onClick={() => onChange([...rows, empty])}>
        {add}
      </button>
    </fieldset>
  );
}

const isFilled = (row: Readonly<Record<string, string>>) => Object.values(row).some((value) => value.trim() !== '');

/** Without lines that nobody filled. */
function filled(card: SiteCard): SiteCard {
  return {
    ...card,
    ...(card.contacts && { contacts: card.contacts.filter(isFilled) }),
    ...(card.providers && { providers: card.providers.filter(isFilled) }),
  };
}
