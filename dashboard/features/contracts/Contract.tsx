import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type {
  ClocksFrom,
  Contract as ContractDocument,
  ContractTerms,
  OlderIncidents,
} from '../../../protocol/api/contract.ts';
import type { Said as Fact } from '../../../protocol/said/said.ts';
import { sentenceOf } from '../../data/api.ts';
import { sla } from '../../data/api-sla.ts';
import { nowMs } from '../../data/clock.ts';
import { canAct, clients, server } from '../../data/store.ts';
import { useDraft } from '../../data/use-draft.ts';
import { navigate } from '../../route/router.ts';
import { clientHref } from '../../route/routes.ts';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { Failure } from '../../ui/Failure.tsx';
import { Form } from '../../ui/Form.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { say } from '../../ui/Toasts.tsx';
import { Words } from '../../ui/Words.tsx';
import { t } from '../../words/i18n.ts';
import { dateIn } from '../../words/zone.ts';
import { CalendarCard } from './CalendarCard.tsx';
import type { Preset } from './card.ts';
import { DatesCard } from './DatesCard.tsx';
import { OlderQuestion } from './OlderQuestion.tsx';
import { ResponseCard } from './ResponseCard.tsx';
import { TargetsCard } from './TargetsCard.tsx';
import { TierCard } from './TierCard.tsx';

const CHECK_AFTER_MS = 500;

/** The editor of a client's contract: saving adds a version and never rewrites the past. */
export function Contract({ id }: { id: string }) {
  return <ContractOf key={id} clientId={id} />;
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
        <Nothing>{t('contract.forbidden')}</Nothing>
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

function Editor(props: EditorProps) {
  const first = props.contract.current?.terms ?? firstTerms(props.presets);
  if (first === null) return <Failure sentence={t('contract.noPresets')} />;
  return <TermsForm {...props} first={first} />;
}

function TermsForm({ clientId, contract, presets, first }: EditorProps & { first: ContractTerms }) {
  const { value: terms, set: change } = useDraft(first);
  const wrong = useSignal<ReadonlySet<string>>(new Set());
  const clocksFrom = useSignal<ClocksFrom | null>(null);
  const verdict = useChecked(clientId, terms);
  const mark = (name: string) => (isWrong: boolean) => {
    const next = new Set(wrong.value);
    if (isWrong) next.add(name);
    else next.delete(name);
    wrong.value = next;
  };
  const isChanged = JSON.stringify(terms) !== JSON.stringify(contract.current?.terms ?? null);
  const older = verdict.older && verdict.older.count > 0 ? verdict.older : null;
  const isUnanswered = older !== null && older.late > 0 && clocksFrom.value === null;
  const save = async () => {
    const saved = await sla.saveContract(clientId, terms, older ? clocksFrom.value : null);
    say(t('contract.saved', { number: saved.current?.version ?? 1 }));
    navigate(clientHref(clientId));
  };
  return (
    <Form
      class="contract-form"
      submit={t('contract.save')}
      ready={isChanged && wrong.value.size === 0 && verdict.refused === null && !isUnanswered}
      cancel={clientHref(clientId)}
      run={save}
    >
      {(foot) => (
        <>
          <TierCard terms={terms} presets={presets} change={change} />
          <ResponseCard terms={terms} change={change} mark={mark} />
          <CalendarCard clientId={clientId} terms={terms} change={change} />
          <TargetsCard terms={terms} change={change} mark={mark} />
          <DatesCard terms={terms} change={change} mark={mark} />
          <section class="card save-card" aria-live="polite">
            <Said verdict={verdict} />
            {older && (
              <OlderQuestion
                older={older}
                answer={clocksFrom.value}
                onAnswer={(from) => {
                  clocksFrom.value = from;
                }}
              />
            )}
            <p class="hint">
              {contract.current
                ? t('contract.savingAdds', { next: contract.current.version + 1, current: contract.current.version })
                : t('contract.savingFirst')}
            </p>
            {foot}
            {wrong.value.size > 0 && <p class="hours-fault">{t('contract.wrongFields')}</p>}
          </section>
        </>
      )}
    </Form>
  );
}

interface CheckVerdict {
  readonly warnings: readonly Fact[];
  readonly refused: string | null;
  readonly older: OlderIncidents | null;
}

/** What the server thinks of the draft, asked when the typing rests. */
function useChecked(clientId: string, terms: ContractTerms): CheckVerdict {
  const verdict = useSignal<CheckVerdict>({ warnings: [], refused: null, older: null });
  const turn = useRef(0);
  const text = JSON.stringify(terms);
  // the text is the draft itself
  useEffect(() => {
    turn.current += 1;
    const mine = turn.current;
    const timer = setTimeout(() => {
      sla.checkContract(clientId, terms).then(
        ({ warningsSaid: warnings, olderIncidents }) => {
          if (mine === turn.current) verdict.value = { warnings, refused: null, older: olderIncidents ?? null };
        },
        (cause: unknown) => {
          if (mine === turn.current) verdict.value = { warnings: [], refused: sentenceOf(cause), older: null };
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
        <li key={JSON.stringify(warning)}>
          <Icon name="warning" size={16} />
          <Words said={warning} />
        </li>
      ))}
    </ul>
  );
}
