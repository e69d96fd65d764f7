import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Contract as ContractDocument, ContractTerms, ResponseTarget } from '../../protocol/contract.ts';
import { sentenceOf } from '../api.ts';
import { sla } from '../api-sla.ts';
import { nowMs } from '../clock.ts';
import { applyPreset, hoursText, percentText, readHours, readPercent } from '../contract-draft.ts';
import { t } from '../i18n.ts';
import { Async, Failure, useLoaded } from '../parts/Async.tsx';
import { CalendarEditor } from '../parts/contract/CalendarEditor.tsx';
import { AmountField, Check, Flag } from '../parts/contract/Fields.tsx';
import { Field, SelectField, TextField } from '../parts/Field.tsx';
import { Icon } from '../parts/Icon.tsx';
import { Segmented } from '../parts/Segmented.tsx';
import { say } from '../parts/Toasts.tsx';
import { navigate, route } from '../router.ts';
import { clientHref } from '../routes.ts';
import { canAct, clients, server, sites } from '../store.ts';
import { dateIn } from '../zone.ts';

const CHECK_AFTER_MS = 500;
const tiers = ['standard', 'advanced', 'premium', 'own'] as const satisfies readonly ContractTerms['tier'][];

interface Preset {
  readonly tier: ContractTerms['tier'];
  readonly terms: ContractTerms;
}

/** The editor of a client's contract: saving adds a version and never rewrites the past. */
export function Contract() {
  const to = route.value;
  return to.view === 'contract' ? <ContractOf key={to.id} clientId={to.id} /> : null;
}

function ContractOf({ clientId }: { clientId: string }) {
  const contract = useLoaded(clientId, () => sla.contract(clientId));
  const presets = useLoaded('contract-presets', sla.presets);
  const client = clients.value.get(clientId);
  return (
    <div class="view contract-view">
      <header class="view-head">
        <div>
          <nav class="crumbs" aria-label={t('nav.crumbs')}>
            <a href="/clients">{t('nav.clients')}</a>
            <a href={clientHref(clientId)}>{client?.name ?? clientId}</a>
          </nav>
          <h1>{t('contract.of', { client: client?.name ?? clientId })}</h1>
          <p class="lead">{t('contract.lead')}</p>
        </div>
      </header>
      {canAct.value ? (
        <Async loaded={contract}>
          {(document) => (
            <Async loaded={presets}>
              {({ items }) => <Editor clientId={clientId} contract={document} presets={items} />}
            </Async>
          )}
        </Async>
      ) : (
        <p class="nothing">{t('contract.forbidden')}</p>
      )}
    </div>
  );
}

interface EditorProps {
  readonly clientId: string;
  readonly contract: ContractDocument;
  readonly presets: readonly Preset[];
}

/** A first contract begins as the standard tier, today, in the server's zone. */
function firstTerms(presets: readonly Preset[]): ContractTerms | null {
  const standard = presets.find(({ tier }) => tier === 'standard')?.terms;
  if (!standard) return null;
  const timeZone = server.peek()?.timeZone ?? 'UTC';
  return {
    ...standard,
    calendar: { ...standard.calendar, timeZone },
    startsOn: dateIn(timeZone, nowMs.peek()),
    endsOn: null,
  };
}

function Editor({ clientId, contract, presets }: EditorProps) {
  const draft = useSignal<ContractTerms | null>(contract.current?.terms ?? firstTerms(presets));
  const wrong = useSignal<ReadonlySet<string>>(new Set());
  const busy = useSignal(false);
  const error = useSignal<string | null>(null);
  const terms = draft.value;
  const verdict = useChecked(terms);
  if (terms === null) return <Failure sentence={t('contract.noPresets')} />;
  const change = (part: Partial<ContractTerms>) => {
    draft.value = { ...terms, ...part };
  };
  const mark = (name: string) => (isWrong: boolean) => {
    const next = new Set(wrong.value);
    if (isWrong) next.add(name);
    else next.delete(name);
    wrong.value = next;
  };
  const isChanged = JSON.stringify(terms) !== JSON.stringify(contract.current?.terms ?? null);
  const save = async () => {
    busy.value = true;
    try {
      const saved = await sla.saveContract(clientId, terms);
      say(t('contract.saved', { number: saved.current?.version ?? 1 }));
      navigate(clientHref(clientId));
    } catch (cause) {
      error.value = sentenceOf(cause);
    } finally {
      busy.value = false;
    }
  };
  return (
    <form
      class="contract-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TierCard terms={terms} presets={presets} change={change} />
      <ResponseCard terms={terms} change={change} mark={mark} />
      <CalendarCard clientId={clientId} terms={terms} change={change} />
      <TargetsCard terms={terms} change={change} mark={mark} />
      <DatesCard terms={terms} change={change} mark={mark} />
      <section class="card save-card" aria-live="polite">
        <Said verdict={verdict} />
        {error.value && <Failure sentence={error.value} />}
        <p class="hint">
          {contract.current
            ? t('contract.savingAdds', { next: contract.current.version + 1, current: contract.current.version })
            : t('contract.savingFirst')}
        </p>
        <div class="dialog-actions">
          <a class="button button-plain" href={clientHref(clientId)}>
            {t('action.cancel')}
          </a>
          <button
            type="submit"
            class="button button-primary"
            disabled={busy.value || !isChanged || wrong.value.size > 0 || verdict.refused !== null}
          >
            {t('contract.save')}
          </button>
        </div>
        {wrong.value.size > 0 && <p class="hours-fault">{t('contract.wrongFields')}</p>}
      </section>
    </form>
  );
}

interface CheckVerdict {
  readonly warnings: readonly string[];
  readonly refused: string | null;
}

/** What the server thinks of the draft, asked when the typing rests. */
function useChecked(terms: ContractTerms | null): CheckVerdict {
  const verdict = useSignal<CheckVerdict>({ warnings: [], refused: null });
  const turn = useRef(0);
  const text = JSON.stringify(terms);
  // the text is the draft itself
  useEffect(() => {
    if (terms === null) return;
    turn.current += 1;
    const mine = turn.current;
    const timer = setTimeout(() => {
      sla.checkContract(terms).then(
        ({ warnings }) => {
          if (mine === turn.current) verdict.value = { warnings, refused: null };
        },
        (cause: unknown) => {
          if (mine === turn.current) verdict.value = { warnings: [], refused: sentenceOf(cause) };
        },
      );
    }, CHECK_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return verdict.value;
}

function Said({ verdict: { warnings, refused } }: { verdict: CheckVerdict }) {
  if (refused !== null) return <Failure sentence={refused} />;
  if (warnings.length === 0) return <p class="quiet">{t('contract.noWarnings')}</p>;
  return (
    <ul class="notices">
      {warnings.map((warning) => (
        <li key={warning}>
          <Icon name="warning" size={16} />
          <span>{warning}</span>
        </li>
      ))}
    </ul>
  );
}

interface CardProps {
  readonly terms: ContractTerms;
  readonly change: (part: Partial<ContractTerms>) => void;
}

interface MarkedProps extends CardProps {
  /** Says of a field by its name whether what stands in it cannot be read. */
  readonly mark: (name: string) => (isWrong: boolean) => void;
}

function TierCard({ terms, presets, change }: CardProps & { presets: readonly Preset[] }) {
  const choose = (tier: ContractTerms['tier']) => {
    const preset = presets.find((each) => each.tier === tier)?.terms;
    change(preset && tier !== 'own' ? applyPreset(terms, preset) : { tier });
  };
  return (
    <section class="card form">
      <h2>{t('contract.tier')}</h2>
      <Segmented
        label={t('contract.tier')}
        value={terms.tier}
        options={tiers.map((value) => ({ value, label: t(`tier.${value}`) }))}
        onChange={choose}
      />
      <p class="hint">{t('contract.tierHint')}</p>
      <TextField
        label={t('contract.tierName')}
        value={terms.tierName}
        autoComplete="off"
        onInput={(tierName) => change({ tierName })}
      />
    </section>
  );
}

function ResponseCard({ terms, change, mark }: MarkedProps) {
  const { response, emergency } = terms;
  const set = (priority: 'high' | 'medium' | 'normal', target: ResponseTarget) =>
    change({ response: { ...response, [priority]: target } });
  return (
    <section class="card form">
      <h2>{t('contract.responseTitle')}</h2>
      <p class="hint">{t('contract.responseHint')}</p>
      <div class="response-grid">
        {(['high', 'medium', 'normal'] as const).map((priority) => (
          <div key={priority} class="response-line">
            <AmountField
              label={t(`priority.${priority}`)}
              unit={t('contract.unitHours')}
              value={response[priority].minutes}
              read={readHours}
              write={hoursText}
              optional={t('contract.notAgreed')}
              onChange={(minutes) => set(priority, { ...response[priority], minutes })}
              onWrong={mark(`response.${priority}`)}
            />
            <Check
              label={t('contract.binding')}
              checked={response[priority].binding}
              onChange={(binding) => set(priority, { ...response[priority], binding })}
            />
          </div>
        ))}
        <div class="response-line">
          <AmountField
            label={t('priority.emergency')}
            unit={t('contract.unitMinutes')}
            value={emergency.minutes}
            read={readWhole}
            write={String}
            onChange={(minutes) => minutes !== null && change({ emergency: { ...emergency, minutes } })}
            onWrong={mark('emergency')}
          />
          <Check
            label={t('contract.aroundTheClock')}
            checked={emergency.aroundTheClock}
            onChange={(aroundTheClock) => change({ emergency: { ...emergency, aroundTheClock } })}
          />
        </div>
        <AmountField
          label={t('contract.onSite')}
          unit={t('contract.unitHours')}
          value={emergency.onSiteMinutes}
          read={readHours}
          write={hoursText}
          optional={t('contract.notAgreed')}
          onChange={(onSiteMinutes) => change({ emergency: { ...emergency, onSiteMinutes } })}
          onWrong={mark('onSite')}
        />
      </div>
      <fieldset class="kinds">
        <legend>{t('contract.clockFrom')}</legend>
        {(['report', 'detection'] as const).map((value) => (
          <label key={value} class="kind">
            <input
              type="radio"
              name="clockFrom"
              checked={terms.clockFrom === value}
              onChange={() => change({ clockFrom: value })}
            />
            <span>
              <strong>{t(`contract.clockFrom.${value}`)}</strong>
              <span class="hint">{t(`contract.clockFrom.${value}.hint`)}</span>
            </span>
          </label>
        ))}
      </fieldset>
    </section>
  );
}

const readWhole = (text: string) => (/^\d{1,5}$/.test(text.trim()) ? Number(text) : undefined);

function CalendarCard({ clientId, terms, change }: CardProps & { clientId: string }) {
  const shown = useSignal('');
  const own = [...sites.value.values()].filter((site) => site.clientId === clientId);
  const siteId = shown.value;
  const calendar = siteId === '' ? terms.calendar : terms.siteCalendars[siteId];
  return (
    <section class="card form">
      <h2>{t('calendar.heading')}</h2>
      {own.length > 0 && (
        <SelectField
          label={t('calendar.of')}
          value={siteId}
          options={[
            { value: '', label: t('calendar.ofClient') },
            ...own.map(({ id, name }) => ({
              value: id,
              label: terms.siteCalendars[id] ? t('calendar.ownOf', { site: name }) : name,
            })),
          ]}
          onChange={(next) => {
            shown.value = next;
          }}
        />
      )}
      {calendar ? (
        <CalendarEditor
          key={siteId}
          calendar={calendar}
          onChange={(next) =>
            change(siteId === '' ? { calendar: next } : { siteCalendars: { ...terms.siteCalendars, [siteId]: next } })
          }
        />
      ) : (
        <div class="own-hours">
          <p class="quiet">{t('calendar.sameAsClient')}</p>
          <button
            type="button"
            class="button button-plain"
            onClick={() => change({ siteCalendars: { ...terms.siteCalendars, [siteId]: terms.calendar } })}
          >
            {t('calendar.giveOwn')}
          </button>
        </div>
      )}
      {siteId !== '' && calendar && (
        <button
          type="button"
          class="link"
          onClick={() => {
            const { [siteId]: _, ...rest } = terms.siteCalendars;
            change({ siteCalendars: rest });
          }}
        >
          {t('calendar.dropOwn')}
        </button>
      )}
      <Flag
        label={t('contract.saturday')}
        hint={t('contract.saturdayHint')}
        checked={terms.saturday}
        onChange={(saturday) => change({ saturday })}
      />
    </section>
  );
}

function TargetsCard({ terms, change, mark }: MarkedProps) {
  const { availability, recovery } = terms;
  const targets = [
    ['serverTargetPpm', 'contract.servers'],
    ['serviceTargetPpm', 'contract.services'],
    ['workstationTargetPpm', 'contract.workstations'],
  ] as const;
  return (
    <section class="card form">
      <h2>{t('contract.targets')}</h2>
      <p class="hint">{t('contract.targetsHint')}</p>
      <div class="form-triple">
        {targets.map(([name, label]) => (
          <AmountField
            key={name}
            label={t(label)}
            unit="%"
            value={availability[name]}
            read={readPercent}
            write={percentText}
            optional={t('contract.noTarget')}
            onChange={(ppm) => change({ availability: { ...availability, [name]: ppm } })}
            onWrong={mark(name)}
          />
        ))}
        <AmountField
          label={t('contract.rpo')}
          unit={t('contract.unitHours')}
          value={recovery.rpoMinutes}
          read={readHours}
          write={hoursText}
          optional={t('contract.notAgreed')}
          onChange={(rpoMinutes) => change({ recovery: { ...recovery, rpoMinutes } })}
          onWrong={mark('rpo')}
        />
        <AmountField
          label={t('contract.rto')}
          unit={t('contract.unitHours')}
          value={recovery.rtoMinutes}
          read={readHours}
          write={hoursText}
          optional={t('contract.notAgreed')}
          onChange={(rtoMinutes) => change({ recovery: { ...recovery, rtoMinutes } })}
          onWrong={mark('rto')}
        />
        <AmountField
          label={t('contract.notice')}
          unit={t('contract.unitHours')}
          value={terms.maintenanceNoticeMinutes}
          read={readHours}
          write={hoursText}
          onChange={(minutes) => minutes !== null && change({ maintenanceNoticeMinutes: minutes })}
          onWrong={mark('notice')}
        />
      </div>
    </section>
  );
}

function DatesCard({ terms, change, mark }: MarkedProps) {
  return (
    <section class="card form">
      <h2>{t('contract.dates')}</h2>
      <div class="form-pair">
        <Field label={t('contract.startsOn')}>
          {(id) => (
            <input
              id={id}
              type="date"
              required
              value={terms.startsOn}
              onInput={(event) => {
                mark('startsOn')(event.currentTarget.value === '');
                if (event.currentTarget.value) change({ startsOn: event.currentTarget.value });
              }}
            />
          )}
        </Field>
        <Field label={t('contract.endsOn')} hint={t('contract.endsOnHint')}>
          {(id, describedBy) => (
            <input
              id={id}
              aria-describedby={describedBy}
              type="date"
              value={terms.endsOn ?? ''}
              onInput={(event) => change({ endsOn: event.currentTarget.value || null })}
            />
          )}
        </Field>
      </div>
    </section>
  );
}
