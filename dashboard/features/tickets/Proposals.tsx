import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId } from 'preact/hooks';
import type { IncidentProposal } from '../../../protocol/api/person-report.ts';
import { sentenceOf } from '../../data/api.ts';
import { nowMs } from '../../data/clock.ts';
import { desk } from '../../data/desk-api.ts';
import { headlineOf } from '../../data/headline.ts';
import { incidents } from '../../data/store.ts';
import { Ago } from '../../ui/Ago.tsx';
import { Failure } from '../../ui/Failure.tsx';
import { Words } from '../../ui/Words.tsx';
import { t } from '../../words/i18n.ts';
import { wordsOf } from '../../words/said.ts';
import { proposalQuestion, type ReportDraft } from './report-draft.ts';

const TYPING_MS = 300;

interface ProposalsProps {
  readonly draft: ReportDraft;
  readonly onChoose: (incidentId: string | null) => void;
}

/** The incidents that the report may be about, best first, and a new one. */
export function Proposals({ draft, onChoose }: ProposalsProps) {
  const group = useId();
  const found = useSignal<readonly IncidentProposal[]>([]);
  const error = useSignal<string | null>(null);
  const question = JSON.stringify(proposalQuestion(draft));
  // the question as text is what the answer depends on
  useEffect(() => {
    const asked = proposalQuestion(draft);
    if (asked === null) {
      found.value = [];
      return;
    }
    let wanted = true;
    const timer = setTimeout(() => {
      desk.propose(asked).then(
        ({ items }) => {
          if (wanted) found.value = items;
          error.value = null;
        },
        (cause: unknown) => {
          if (wanted) error.value = sentenceOf(cause);
        },
      );
    }, TYPING_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [question]);
  const chosen = draft.incidentId;
  const given = chosen === null || found.value.some(({ incidentId }) => incidentId === chosen) ? undefined : chosen;
  return (
    <fieldset class="proposals">
      <legend class="sr">{t('report.belongs')}</legend>
      {given !== undefined && (
        <Proposal
          group={group}
          checked
          onChoose={() => onChoose(given)}
          title={headlineOf(incidents.value.get(given), given)}
        >
          {t('report.given')}
        </Proposal>
      )}
      {found.value.map((proposal) => (
        <Proposal
          key={proposal.incidentId}
          group={group}
          checked={chosen === proposal.incidentId}
          onChoose={() => onChoose(proposal.incidentId)}
          title={wordsOf(proposal.said, nowMs.peek())}
        >
          <Words said={proposal.whySaid} /> <Ago at={proposal.openedAt} />
        </Proposal>
      ))}
      <Proposal group={group} checked={chosen === null} onChoose={() => onChoose(null)} title={t('report.newIncident')}>
        {found.value.length > 0
          ? t('report.newHint')
          : t(question === 'null' ? 'report.tellMore' : 'report.nothingFits')}
      </Proposal>
      {error.value && <Failure sentence={error.value} />}
    </fieldset>
  );
}

interface ProposalProps {
  readonly group: string;
  readonly checked: boolean;
  readonly onChoose: () => void;
  readonly title: string;
  readonly children: ComponentChildren;
}

function Proposal({ group, checked, onChoose, title, children }: ProposalProps) {
  return (
    <label class="kind proposal">
      <input type="radio" name={group} checked={checked} onChange={onChoose} />
      <span>
        <strong>{title}</strong>
        <span class="quiet">{children}</span>
      </span>
    </label>
  );
}
