import { useComputed, useSignal } from '@preact/signals';
import type { DeviceKind, NewEnrolmentToken } from '../../../protocol/api/view.ts';
import { api } from '../../data/api.ts';
import { compareNames } from '../../data/select.ts';
import { canAct, clients, devices, reload, sites } from '../../data/store.ts';
import { useSubmit } from '../../data/use-submit.ts';
import { StateBadge } from '../../parts/StateBadge.tsx';
import { deviceHref } from '../../route/routes.ts';
import { Ago, When } from '../../ui/Ago.tsx';
import { CopyField } from '../../ui/CopyField.tsx';
import { Failure } from '../../ui/Failure.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { rich, t } from '../../words/i18n.ts';

const HOUR_MS = 3_600_000;
const expiries = { '1h': HOUR_MS, '24h': 24 * HOUR_MS, '7d': 7 * 24 * HOUR_MS, '30d': 30 * 24 * HOUR_MS } as const;
type Expiry = keyof typeof expiries;
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
        <Form
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

function Form({ onMade }: { onMade: (token: NewEnrolmentToken) => void }) {
  const clientChoices = [...clients.value.values()].sort((a, b) => compareNames(a.name, b.name));
  const clientId = useSignal(clientChoices[0]?.id ?? NEW);
  const clientName = useSignal('');
  const siteChoices = useComputed(() =>
    [...sites.value.values()]
      .filter((site) => site.clientId === clientId.value)
      .sort((a, b) => compareNames(a.name, b.name)),
  );
  const chosenSite = useSignal<string | null>(null);
  const siteId = chosenSite.value ?? siteChoices.value[0]?.id ?? NEW;
  const siteName = useSignal('');
  const kind = useSignal<DeviceKind>('server');
  const uses = useSignal('1');
  const expiry = useSignal<Expiry>('24h');
  const { busy, error, onSubmit } = useSubmit(async () => {
    const token = await api.createToken({
      ...(clientId.value === NEW ? { clientName: clientName.value.trim() } : { clientId: clientId.value }),
      ...(siteId === NEW ? { siteName: siteName.value.trim() } : { siteId }),
      kind: kind.value,
      uses: Number(uses.value),
      expiresInMs: expiries[expiry.value],
    });
    if (!sites.value.has(token.siteId)) void reload();
    onMade(token);
  });
  return (
    <form class="card form" onSubmit={onSubmit}>
      <div class="form-pair">
        <SelectField
          label={t('fleet.client')}
          value={clientId.value}
          options={[
            ...clientChoices.map(({ id, name }) => ({ value: id, label: name })),
            { value: NEW, label: t('add.newClient') },
          ]}
          onChange={(value) => {
            clientId.value = value;
            chosenSite.value = null;
          }}
        />
        <SelectField
          label={t('fleet.site')}
          value={siteId}
          options={[
            ...siteChoices.value.map(({ id, name }) => ({ value: id, label: name })),
            { value: NEW, label: t('add.newSite') },
          ]}
          onChange={(value) => {
            chosenSite.value = value;
          }}
        />
      </div>
      {(clientId.value === NEW || siteId === NEW) && (
        <div class="form-pair">
          {clientId.value === NEW && (
            <TextField
              label={t('add.clientName')}
              value={clientName.value}
              autoComplete="off"
              onInput={(text) => {
                clientName.value = text;
              }}
            />
          )}
          {siteId === NEW && (
            <TextField
              label={t('add.siteName')}
              value={siteName.value}
              autoComplete="off"
              onInput={(text) => {
                siteName.value = text;
              }}
            />
          )}
        </div>
      )}
      <fieldset class="kinds">
        <legend>{t('add.kind')}</legend>
        {(['server', 'workstation'] as const).map((name) => (
          <label key={name} class="kind">
            <input
              type="radio"
              name="kind"
              checked={kind.value === name}
              onChange={() => {
                kind.value = name;
              }}
            />
            <span>
              <strong>{t(`kind.${name}`)}</strong>
              <span class="hint">{t(`add.kind.${name}`)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <div class="form-pair">
        <TextField
          label={t('add.uses')}
          hint={t('add.usesHint')}
          type="number"
          min={1}
          max={1000}
          value={uses.value}
          onInput={(text) => {
            uses.value = text;
          }}
        />
        <SelectField
          label={t('add.expiry')}
          value={expiry.value}
          options={(Object.keys(expiries) as Expiry[]).map((value) => ({ value, label: t(`add.expiry.${value}`) }))}
          onChange={(value) => {
            expiry.value = value;
          }}
        />
      </div>
      {error && <Failure sentence={error} />}
      <div class="form-actions">
        <button type="submit" class="button button-primary" disabled={busy}>
          {t('add.create')}
        </button>
      </div>
    </form>
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
