import { useSignal } from '@preact/signals';
import type { IncidentDetail } from '../../../protocol/api/view.ts';
import { api } from '../../data/api.ts';
import { canAct, incidents, keepIncident, me } from '../../data/store.ts';
import { AcknowledgeButton, AssignSelect, acknowledge, IncidentPlace } from '../../parts/IncidentParts.tsx';
import { PeopleReports } from '../../parts/PeopleReports.tsx';
import { SiteCardPanel } from '../../parts/SiteCardPanel.tsx';
import { FlappingBadge, IncidentStateBadge, PriorityBadge } from '../../parts/StateBadge.tsx';
import { TwinPanel } from '../../parts/TwinPanel.tsx';
import { useKeys } from '../../route/keys.ts';
import { incidentHref } from '../../route/routes.ts';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { Lasting, When } from '../../ui/Ago.tsx';
import { AskButton } from '../../ui/AskButton.tsx';
import { Async, type Loaded, useLoaded } from '../../ui/Async.tsx';
import { Fact, Facts } from '../../ui/Facts.tsx';
import { CheckField, TextArea } from '../../ui/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { Words } from '../../ui/Words.tsx';
import { duration } from '../../words/format.ts';
import { rich, t } from '../../words/i18n.ts';
import { ClockCard } from './ClockCard.tsx';
import { Evidence } from './Evidence.tsx';
import { ExplainedBy, Explains } from './Family.tsx';
import { FourTimes } from './FourTimes.tsx';
import { OutageCard } from './OutageCard.tsx';
import { PowerCut } from './PowerCut.tsx';
import { Timeline } from './Timeline.tsx';

/** One incident: the sentence, what proves it, what was done. */
export function IncidentPage({ id }: { id: string }) {
  return <Incident key={id} id={id} />;
}

function Incident({ id }: { id: string }) {
  // Every change of the incident, whoever made it, brings a new document.
  const loaded = useLoaded(`${id} ${incidents.value.get(id)?.updatedAt ?? ''}`, () => api.incident(id));
  return (
    <div class="view incident">
      <Async loaded={loaded}>{(incident) => <Body incident={incident} loaded={loaded} />}</Async>
    </div>
  );
}

function Body({ incident, loaded }: { incident: IncidentDetail; loaded: Loaded<IncidentDetail> }) {
  const take = (next: IncidentDetail) => {
    loaded.set(next);
    keepIncident(next);
  };
  useKeys({
    a: () => incident.state === 'open' && canAct.value && void acknowledge(incident),
    m: () => canAct.value && void api.assign(incident.id, me.value?.id ?? null).then(take),
  });
  return (
    <>
      <header class="view-head incident-head">
        <div>
          <nav class="crumbs" aria-label={t('nav.crumbs')}>
            <a href="/incidents">{t('nav.incidents')}</a>
          </nav>
          <p class="incident-badges">
            <PriorityBadge priority={incident.priority} />
            <IncidentStateBadge state={incident.state} />
            {incident.isFlapping && <FlappingBadge />}
            <span class="quiet">{lastedSentence(incident)}</span>
          </p>
          <h1 class="incident-title">
            <Words said={incident.said} at={incident.resolvedAt} />
          </h1>
          <p class="lead">
            <IncidentPlace incident={incident} />
          </p>
        </div>
        <div class="view-actions">
          {incident.remoteUrl && (
            <a class="button button-plain" href={incident.remoteUrl} target="_blank" rel="noopener noreferrer">
              <Icon name="remote" size={16} />
              {t('incident.remote')}
            </a>
          )}
          <AssignSelect incident={incident} />
          <AcknowledgeButton incident={incident} kind="primary" />
          <ResolveButton incident={incident} onDone={take} />
        </div>
      </header>
      <div class="incident-columns">
        <div class="incident-main">
          <ExplainedBy incident={incident} />
          {incident.rule === 'identity.cloned' && incident.deviceId !== null && (
            <TwinPanel deviceId={incident.deviceId} revision={incident.updatedAt} />
          )}
          {incident.outage !== null && <OutageCard outage={incident.outage} />}
          <ClockCard incident={incident} onDone={take} />
          <FourTimes incident={incident} onDone={take} />
          <PowerCut incident={incident} />
          <Explains incident={incident} />
          <Evidence incident={incident} />
          <section class="card">
            <header class="card-head">
              <h2>{t('incident.timeline')}</h2>
            </header>
            <Timeline events={incident.events} />
            <NoteForm incident={incident} onDone={take} />
          </section>
        </div>
        <aside class="incident-side" aria-label={t('incident.facts')}>
          <SiteCardPanel incident={incident} />
          <PeopleReports incident={incident} onDone={take} />
          <KnownFacts incident={incident} />
          <Similar incident={incident} />
        </aside>
      </div>
    </>
  );
}

function lastedSentence(incident: IncidentDetail) {
  if (incident.resolvedAt === null) return rich('incident.openFor', { span: <Lasting since={incident.onsetAt} /> });
  return t('incident.lasted', { span: duration(Date.parse(incident.resolvedAt) - Date.parse(incident.onsetAt)) });
}

function ResolveButton({ incident, onDone }: { incident: IncidentDetail; onDone: (next: IncidentDetail) => void }) {
  const text = useSignal('');
  if (incident.state === 'resolved' || !canAct.value) return null;
  return (
    <AskButton
      label={t('incident.resolve')}
      run={async () => onDone(await api.resolve(incident.id, text.value.trim()))}
    >
      <p class="quiet">
        <Words said={incident.said} at={incident.resolvedAt} />
      </p>
      <TextArea
        label={t('incident.resolveText')}
        hint={t('incident.resolveHint')}
        required={false}
        value={text.value}
        onInput={(next) => {
          text.value = next;
        }}
      />
    </AskButton>
  );
}

function NoteForm({ incident, onDone }: { incident: IncidentDetail; onDone: (next: IncidentDetail) => void }) {
  const text = useSignal('');
  const visible = useSignal(false);
  if (!canAct.value) return null;
  const send = async () => {
    if (!text.value.trim()) return;
    onDone(await api.note(incident.id, text.value.trim(), visible.value));
    text.value = '';
    visible.value = false;
  };
  return (
    <div class="note-form">
      <textarea
        rows={2}
        aria-label={t('incident.note')}
        placeholder={t('incident.notePlaceholder')}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
      />
      <CheckField
        label={t('incident.noteVisible')}
        hint={t(
          incident.respondedAt === null && incident.state !== 'resolved'
            ? 'incident.noteResponds'
            : 'incident.noteVisibleHint',
        )}
        checked={visible.value}
        onChange={(checked) => {
          visible.value = checked;
        }}
      />
      <ActionButton run={send}>{t('incident.addNote')}</ActionButton>
    </div>
  );
}

function KnownFacts({ incident }: { incident: IncidentDetail }) {
  const onsetMs = Date.parse(incident.onsetAt);
  const after = (at: string) => t('incident.after', { span: duration(Date.parse(at) - onsetMs) });
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('incident.facts')}</h2>
      </header>
      <Facts>
        <Fact label={t('incident.onset')}>
          <When at={incident.onsetAt} />
        </Fact>
        <Fact label={t('incident.raised')}>
          <When at={incident.openedAt} /> <span class="quiet">{after(incident.openedAt)}</span>
        </Fact>
        {incident.reopenedCount > 0 && (
          <Fact label={t('incident.reopened')}>{t('incident.times', { count: incident.reopenedCount })}</Fact>
        )}
        <Fact label={t('incident.rule')}>
          <code>{incident.rule}</code> {incident.object && <code>{incident.object}</code>}
        </Fact>
      </Facts>
    </section>
  );
}

function Similar({ incident: { similar } }: { incident: IncidentDetail }) {
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('incident.similar')}</h2>
      </header>
      {similar.length === 0 ? (
        <Nothing>{t('incident.noSimilar')}</Nothing>
      ) : (
        <ul class="similar">
          {similar.map((earlier) => (
            <li key={earlier.id}>
              <a href={incidentHref(earlier.id)}>
                <When at={earlier.openedAt} />
              </a>
              <span class="quiet">
                {earlier.resolvedAt === null
                  ? t('incidentState.open')
                  : t('incident.lasted', {
                      span: duration(Date.parse(earlier.resolvedAt) - Date.parse(earlier.openedAt)),
                    })}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
