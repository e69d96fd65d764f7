import { useDraft } from '../data/use-draft.ts';
import { CheckField, SelectField, TextArea, TextField } from '../ui/Field.tsx';
import { Form } from '../ui/Form.tsx';
import { PasswordField } from '../ui/PasswordField.tsx';
import { RadioCards } from '../ui/RadioCards.tsx';
import { Pressed } from './Pressed.tsx';
import { agree, ignore, refuse, type State, think } from './state.ts';

interface NameFormProps {
  readonly name?: string;
  readonly ready?: boolean;
  readonly run: () => Promise<unknown>;
}

function NameForm({ name = 'Acme', ready = true, run }: NameFormProps) {
  const draft = useDraft({ name, tier: 'standard' });
  return (
    <Form class="card form" submit="Save" cancel={ignore} ready={ready} run={run}>
      <div class="form-pair">
        <TextField label="Name" hint="As its invoices say." {...draft.text('name')} />
        <SelectField
          label="Tier"
          {...draft.choice('tier')}
          options={[
            { value: 'standard', label: 'Standard' },
            { value: 'premium', label: 'Premium' },
          ]}
        />
      </div>
    </Form>
  );
}

function EveryField() {
  const draft = useDraft({ kind: 'server', note: 'The key hangs in the kitchen.', told: true, uses: '3' });
  return (
    <Form class="card form" submit="Create" buttons="start" run={agree}>
      <RadioCards
        label="Kind"
        {...draft.choice('kind')}
        options={[
          { value: 'server', label: 'Server', hint: 'Always on: its absence is an incident.' },
          { value: 'workstation', label: 'Workstation', hint: 'May be switched off.' },
        ]}
      />
      <TextField label="Uses" hint="How many machines." type="number" min={1} {...draft.text('uses')} />
      <TextArea label="Note" hint="For whoever comes at night." {...draft.text('note')} />
      <CheckField label="Tell the client" hint="By mail, once." {...draft.flag('told')} />
    </Form>
  );
}

function SignIn() {
  const draft = useDraft({ email: '', password: '' });
  return (
    <Form submit="Sign in" buttons="wide" run={agree}>
      <TextField label="Email" type="email" autoComplete="username" {...draft.text('email')} />
      <PasswordField kind="new" label="Password" {...draft.text('password')} />
    </Form>
  );
}

export const forms: readonly State[] = [
  { id: 'form/fresh', draw: () => <NameForm name="" run={agree} /> },
  { id: 'form/draft', draw: () => <NameForm run={agree} /> },
  { id: 'form/not-ready', draw: () => <NameForm ready={false} run={agree} /> },
  {
    id: 'form/refused',
    draw: () => (
      <Pressed names={['Save']}>
        <NameForm run={refuse} />
      </Pressed>
    ),
  },
  {
    id: 'form/busy',
    draw: () => (
      <Pressed names={['Save']}>
        <NameForm run={think} />
      </Pressed>
    ),
  },
  { id: 'form/fields', draw: () => <EveryField /> },
  { id: 'form/wide', draw: () => <SignIn /> },
];
