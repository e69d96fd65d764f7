import { useSignal } from '@preact/signals';
import type { DeviceKind, NewEnrolmentToken } from '../../../protocol/api/view.ts';
import { api } from '../../data/api.ts';
import { clientChoices, siteChoices } from '../../data/choices.ts';
import { canAct, clients, devices, reload, sites } from '../../data/store.ts';
import { useDraft } from '../../data/use-draft.ts';
import { StateBadge } from '../../parts/StateBadge.tsx';
import { deviceHref } from '../../route/routes.ts';
import { Ago, When } from '../../ui/Ago.tsx';
import { CopyField } from '../../ui/CopyField.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { Form } from '../../ui/Form.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { RadioCards } from '../../ui/RadioCards.tsx';
import { rich, t } from '../../words/i18n.ts';

const HOUR_MS = 3_600_000;
const expiries = { '1h': HOUR_MS, '24h': 24 * HOUR_MS, '7d': 7 * 24 * HOUR_MS, '30d': 30 * 24 * HOUR_MS } as const;
type Expiry = keyof typeof expiries;
const kinds = ['server', 'workstation'] as const satisfies readonly DeviceKind[];
/** The choice that opens a field for a new name. */
const NEW = '+';

interface Made {
  readonly token: NewEnrolmentToken;
  /** Machines that were there before: whoever else appears at the site is the new one. */
  readonly before: ReadonlySet<string>;
}

/** From a client and a site to a machine that reports: one line to run, and a wait that ends by itself. */
export function AddMachine() {
  const made = useSignal<Made | null>(null);
  if (!canAct.value) {
    return (
      <div class="view">
        <Nothing>{t('add.forbidden')}</Nothing>
      </div>
    );
  }
  return (
    <div class="view add">
      <header class="view-head">
        <div>
          <h1>{t('add.title')}</h1>
          <p class="lead">{t('add.lead')}</p>
        </div>
      </header>
      {made.value === null ? (
        <TokenForm
          onMade={(token) => {
            made.value = { token, before: new Set(devices.value.keys()) };
          }}
        />
      ) : (
        <Install
          made={made.value}
          onAnother={() => {
            made.value = null;
          }}
        />
      )}
    </div>
  );
}

interface TokenDraft {
  /** `NEW` where it is still to be made, as the site is. */
  readonly clientId: string;
  readonly clientName: string;
  /** Null: the first site of the client, or a new one. */
  readonly siteId: string | null;
  readonly siteName: string;
  readonly kind: DeviceKind;
  readonly uses: string;
  readonly expiry: Expiry;
}

function TokenForm({ onMade }: { onMade: (token: NewEnrolmentToken) => void }) {
  const clientsNow = clientChoices();
  const draft = useDraft<TokenDraft>({
    clientId: clientsNow[0]?.value ?? NEW,
    clientName: '',
    siteId: null,
    siteName: '',
    kind: 'server',
    uses: '1',
    expiry: '24h',
  });
  const { clientId, clientName, siteName, kind, uses, expiry } = draft.value;
  const sitesNow = siteChoices(clientId);
  const siteId = draft.value.siteId ?? sitesNow[0]?.value ?? NEW;
  const create = async () => {
    const token = await api.createToken({
      ...(clientId === NEW ? { clientName: clientName.trim() } : { clientId }),
      ...(siteId === NEW ? { siteName: siteName.trim() } : { siteId }),
      kind,
      uses: Number(uses),
      expiresInMs: expiries[expiry],
    });
    if (!sites.value.has(token.siteId)) void reload();
    onMade(token);
  };
  return (
    <Form class="card form" submit={t('add.create')} buttons="start" run={create}>
      <div class="form-pair">
        <SelectField
          label={t('fleet.client')}
          value={clientId}
          options={[...clientsNow, { value: NEW, label: t('add.newClient') }]}
          onChange={(value) => draft.set({ clientId: value, siteId: null })}
        />
        <SelectField
          label={t('fleet.site')}
          value={siteId}
          options={[...sitesNow, { value: NEW, label: t('add.newSite') }]}
          onChange={(value) => draft.set({ siteId: value })}
        />
      </div>
      {(clientId === NEW || siteId === NEW) && (
        <div class="form-pair">
          {clientId === NEW && (
            <TextField label={t('add.clientName')} autoComplete="off" {...draft.text('clientName')} />
          )}
          {siteId === NEW && <TextField label={t('add.siteName')} autoComplete="off" {...draft.text('siteName')} />}
        </div>
      )}
      <RadioCards
        label={t('add.kind')}
        {...draft.choice('kind')}
        options={kinds.map((value) => ({ value, label: t(`kind.${value}`), hint: t(`add.kind.${value}`) }))}
      />
      <div class="form-pair">
        <TextField
          label={t('add.uses')}
          hint={t('add.usesHint')}
          type="number"
          min={1}
          max={1000}
          {...draft.text('uses')}
        />
        <SelectField
          label={t('add.expiry')}
          {...draft.choice('expiry')}
          options={(Object.keys(expiries) as Expiry[]).map((value) => ({ value, label: t(`add.expiry.${value}`) }))}
        />
      </div>
    </Form>
  );
}

function Install({ made: { token, before }, onAnother }: { made: Made; onAnother: () => void }) {
  return (
    <div class="install">
      <section class="card step">
        <h2>{t('add.run')}</h2>
        <p>
          {t('add.runSentence', {
            client: clients.value.get(token.clientId)?.name ?? '',
            site: sites.value.get(token.siteId)?.name ?? '',
          })}
        </p>
        <CopyField label={t('add.installCommand')} text={token.installCommand} />
        <p class="hint">{t('add.pin')}</p>
        <p class="hint">{rich('add.valid', { count: token.usesLeft, until: <When at={token.expiresAt} /> })}</p>
        <details>
          <summary>{t('add.otherWays')}</summary>
          <p>{t('add.enroll')}</p>
          <CopyField label={t('add.enrollCommand')} text={token.enrollCommand} />
          <p>{t('add.remove')}</p>
          <CopyField label={t('add.removeCommand')} text={token.removeCommand} />
        </details>
      </section>
      <Arrivals siteId={token.siteId} before={before} />
      <p>
        <button type="button" class="button button-plain" onClick={onAnother}>
          {t('add.another')}
        </button>
      </p>
    </div>
  );
}

function Arrivals({ siteId, before }: { siteId: string; before: ReadonlySet<string> }) {
  const arrived = [...devices.value.values()].filter((device) => device.siteId === siteId && !before.has(device.id));
  return (
    <section class="card step" aria-live="polite">
      <h2>{t('add.wait')}</h2>
      {arrived.length === 0 ? (
        <p class="waiting">
          <span class="waiting-light" aria-hidden="true" />
          {t('add.waiting')}
        </p>
      ) : (
        <ul class="arrivals">
          {arrived.map((device) => (
            <li key={device.id}>
              <StateBadge state={device.state} />
              <a href={deviceHref(device.id)}>{device.name}</a>
              <span class="quiet">
                {device.lastReportAt === null
                  ? t('add.enrolled')
                  : rich('add.reporting', { ago: <Ago at={device.lastReportAt} /> })}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
