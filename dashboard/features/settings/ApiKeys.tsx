import { useSignal } from '@preact/signals';
import type { ApiKey, Role } from '../../../protocol/api/view.ts';
import { api } from '../../data/api.ts';
import { clientChoices, orNone } from '../../data/choices.ts';
import { clients, isAdmin } from '../../data/store.ts';
import { MakerName } from '../../parts/MakerName.tsx';
import { Ago, When } from '../../ui/Ago.tsx';
import { useLoaded } from '../../ui/Async.tsx';
import { CopyField } from '../../ui/CopyField.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { CreateDialog, ListSection } from '../../ui/ListSection.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
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
        <Dialog
          title={t('keys.made')}
          onClose={() => {
            secret.value = null;
          }}
        >
          <p>{t('keys.once')}</p>
          <CopyField label={t('keys.key')} text={secret.value} />
        </Dialog>
      )}
    </>
  );
}

function AddKey({ onClose, onMade }: { onClose: () => void; onMade: (key: string) => void }) {
  const name = useSignal('');
  const role = useSignal<(typeof roles)[number]>('metrics');
  const clientId = useSignal('');
  const lifetime = useSignal<keyof typeof lifetimes>('year');
  return (
    <CreateDialog
      title={t('keys.add')}
      submit={t('keys.add')}
      onClose={onClose}
      run={async () => {
        const { key } = await api.createApiKey({
          name: name.value.trim(),
          role: role.value,
          clientId: clientId.value || null,
          expiresInMs: lifetimes[lifetime.value],
        });
        onMade(key);
      }}
    >
      <TextField
        label={t('people.name')}
        value={name.value}
        autoComplete="off"
        autoFocus
        onInput={(text) => {
          name.value = text;
        }}
      />
      <SelectField
        label={t('people.role')}
        value={role.value}
        options={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
        hint={t(`role.${role.value}.hint`)}
        onChange={(value) => {
          role.value = value;
        }}
      />
      <SelectField
        label={t('fleet.client')}
        value={clientId.value}
        options={orNone(t('keys.allClients'), clientChoices())}
        onChange={(value) => {
          clientId.value = value;
        }}
      />
      <SelectField
        label={t('keys.lifetime')}
        value={lifetime.value}
        options={(['month', 'quarter', 'year', 'endless'] as const).map((value) => ({
          value,
          label: t(`keys.lifetime.${value}`),
        }))}
        onChange={(value) => {
          lifetime.value = value;
        }}
      />
    </CreateDialog>
  );
}
