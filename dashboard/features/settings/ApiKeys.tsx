import { useSignal } from '@preact/signals';
import type { ApiKey, Role } from '../../../protocol/api/view.ts';
import { api } from '../../data/api.ts';
import { clientChoices, orNone } from '../../data/choices.ts';
import { clients, isAdmin } from '../../data/store.ts';
import { useDraft } from '../../data/use-draft.ts';
import { MakerName } from '../../parts/MakerName.tsx';
import { Ago, When } from '../../ui/Ago.tsx';
import { useLoaded } from '../../ui/Async.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { ListSection } from '../../ui/ListSection.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { OnceDialog } from '../../ui/OnceDialog.tsx';
import { t } from '../../words/i18n.ts';
import { RevokeKey } from './RevokeKey.tsx';

const roles = ['metrics', 'viewer', 'technician', 'admin'] as const satisfies readonly Role[];

const DAY_MS = 86_400_000;
const lifetimes = { month: 30 * DAY_MS, quarter: 90 * DAY_MS, year: 365 * DAY_MS, endless: null };

/** Keys for Prometheus and for programs. */
export function ApiKeySettings() {
  const loaded = useLoaded('api-keys', api.apiKeys);
  const secret = useSignal<string | null>(null);
  const revoking = useSignal<ApiKey | null>(null);
  if (!isAdmin.value) return <Nothing>{t('settings.adminsOnly')}</Nothing>;
  return (
    <>
      <ListSection
        title={t('settings.keys')}
        hint={t('keys.hint')}
        empty={t('keys.none')}
        loaded={loaded}
        add={{
          word: t('keys.add'),
          dialog: (close, done) => (
            <AddKey
              onClose={close}
              onMade={(key) => {
                secret.value = key;
                done();
              }}
            />
          ),
        }}
        columns={[
          { head: t('people.name'), cell: (key) => <strong>{key.name}</strong> },
          { head: t('people.role'), cell: (key) => t(`role.${key.role}`) },
          {
            head: t('fleet.client'),
            cell: (key) =>
              key.clientId === null ? t('keys.allClients') : (clients.value.get(key.clientId)?.name ?? '–'),
          },
          { head: t('keys.created'), cell: (key) => <When at={key.createdAt} /> },
          { head: t('tokens.createdBy'), cell: (key) => <MakerName {...key} /> },
          {
            head: t('keys.lastUsed'),
            cell: (key) => (key.lastUsedAt === null ? t('keys.neverUsed') : <Ago at={key.lastUsedAt} />),
          },
          {
            head: t('tokens.expires'),
            cell: (key) => (key.expiresAt === null ? t('keys.endless') : <When at={key.expiresAt} />),
          },
        ]}
        actions={(key) => (
          <button
            type="button"
            class="link"
            aria-label={`${t('action.revoke')}: ${key.name}`}
            onClick={() => {
              revoking.value = key;
            }}
          >
            {t('action.revoke')}
          </button>
        )}
      />
      {revoking.value && (
        <RevokeKey
          apiKey={revoking.value}
          onClose={() => {
            revoking.value = null;
          }}
          onDone={() => {
            revoking.value = null;
            loaded.again();
          }}
        />
      )}
      {secret.value && (
        <OnceDialog
          title={t('keys.made')}
          sentence={t('keys.once')}
          label={t('keys.key')}
          text={secret.value}
          onClose={() => {
            secret.value = null;
          }}
        />
      )}
    </>
  );
}

interface KeyDraft {
  readonly name: string;
  readonly role: (typeof roles)[number];
  /** Empty: all clients. */
  readonly clientId: string;
  readonly lifetime: keyof typeof lifetimes;
}

function AddKey({ onClose, onMade }: { onClose: () => void; onMade: (key: string) => void }) {
  const draft = useDraft<KeyDraft>({ name: '', role: 'metrics', clientId: '', lifetime: 'year' });
  return (
    <FormDialog
      title={t('keys.add')}
      submit={t('keys.add')}
      onClose={onClose}
      run={async () => {
        const { key } = await api.createApiKey({
          name: draft.value.name.trim(),
          role: draft.value.role,
          clientId: draft.value.clientId || null,
          expiresInMs: lifetimes[draft.value.lifetime],
        });
        onMade(key);
      }}
    >
      <TextField label={t('people.name')} {...draft.text('name')} autoComplete="off" autoFocus />
      <SelectField
        label={t('people.role')}
        {...draft.choice('role')}
        options={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
        hint={t(`role.${draft.value.role}.hint`)}
      />
      <SelectField
        label={t('fleet.client')}
        {...draft.choice('clientId')}
        options={orNone(t('keys.allClients'), clientChoices())}
      />
      <SelectField
        label={t('keys.lifetime')}
        {...draft.choice('lifetime')}
        options={(['month', 'quarter', 'year', 'endless'] as const).map((value) => ({
          value,
          label: t(`keys.lifetime.${value}`),
        }))}
      />
    </FormDialog>
  );
}
