import { useEffect } from 'preact/hooks';
import type { TwinMachine, TwinMachines } from '../../protocol/api/twin.ts';
import { api } from '../data/api.ts';
import { canAct, devices } from '../data/store.ts';
import { ActionButton } from '../ui/ActionButton.tsx';
import { Ago, When } from '../ui/Ago.tsx';
import { type Loaded, useLoaded } from '../ui/Async.tsx';
import { Fact, Facts } from '../ui/Facts.tsx';
import { Icon } from '../ui/Icon.tsx';
import { rich, t } from '../words/i18n.ts';

const REFRESH_MS = 10_000;

/** Where several machines use one identity: which of them is this device? Nothing where only one does. */
export function TwinPanel({ deviceId, revision }: { deviceId: string; revision: string }) {
  const loaded = useLoaded(`${deviceId} ${revision}`, () => api.twins(deviceId));
  const isUndecided = loaded.value?.isUndecided ?? false;
  const { again } = loaded;
  useEffect(() => {
    if (!isUndecided) return;
    const timer = setInterval(again, REFRESH_MS);
    return () => clearInterval(timer);
  }, [isUndecided]);
  const name = devices.value.get(deviceId)?.name ?? t('twins.thisDevice');
  if (loaded.value === null) return null;
  if (!isUndecided) return <Refused twins={loaded.value} />;
  return (
    <section class="card twins" aria-labelledby="twins-title">
      <header class="card-head">
        <h2 id="twins-title">{t('twins.title', { name })}</h2>
      </header>
      <p class="twins-lead">{t('twins.lead')}</p>
      <ul class="twins-machines">
        {loaded.value.machines
          .filter(({ role }) => role !== 'given_up')
          .map((machine) => (
            <Machine key={machine.id} machine={machine} deviceId={deviceId} name={name} loaded={loaded} />
          ))}
      </ul>
    </section>
  );
}

interface MachineProps {
  readonly machine: TwinMachine;
  readonly deviceId: string;
  readonly name: string;
  readonly loaded: Loaded<TwinMachines>;
}

function Machine({ machine, deviceId, name, loaded }: MachineProps) {
  const isJudged = machine.role === 'judged';
  const title = machine.address ?? t('twins.noAddress');
  const others = loaded.value?.machines.filter(({ role, id }) => role === 'beside' && id !== machine.id) ?? [];
  const dropped = others.reduce((sum, { keptReports }) => sum + keptReports, 0);
  return (
    <li>
      <h3>
        {title}
        {machine.hostname !== null && <span class="quiet"> {machine.hostname}</span>}
      </h3>
      <p class="twins-role">{t(isJudged ? 'twins.judged' : 'twins.beside')}</p>
      <Facts>
        <Fact label={t('twins.contact')}>
          {machine.isConnected ? t('twins.connected') : machine.lastSeenAt && <Ago at={machine.lastSeenAt} />}
        </Fact>
        <Fact label={t('twins.first')}>{machine.firstSeenAt ? <When at={machine.firstSeenAt} /> : t('unknown')}</Fact>
        <Fact label={t('twins.boot')}>{machine.bootAt ? <When at={machine.bootAt} /> : t('unknown')}</Fact>
        <Fact label={t('device.agent')}>{machine.agentVersion}</Fact>
        {!isJudged && <Fact label={t('twins.kept')}>{t('twins.reports', { count: machine.keptReports })}</Fact>}
      </Facts>
      {machine.isFull && (
        <p class="twins-full">
          <Icon name="warning" size={16} />
          {t('twins.full')}
        </p>
      )}
      {canAct.value && (
        <>
          <p class="hint">
            {isJudged
              ? t('twins.ifJudged', { count: dropped })
              : t('twins.ifBeside', { name, count: machine.keptReports })}
          </p>
          <ActionButton
            label={t('twins.chooseThis', { place: title })}
            run={async () => loaded.set(await api.decideTwins(deviceId, machine.id))}
          >
            {t('twins.choose')}
          </ActionButton>
        </>
      )}
    </li>
  );
}

/** What somebody decided lately: who still tries, and what is on its way into the history. */
function Refused({ twins }: { twins: TwinMachines }) {
  const refused = twins.machines.filter(({ role }) => role === 'given_up');
  const waiting = twins.machines.find(({ role }) => role === 'judged')?.keptReports ?? 0;
  if (refused.length === 0 && waiting === 0) return null;
  return (
    <section class="card twins">
      {waiting > 0 && <p>{t('twins.takenIn', { count: waiting })}</p>}
      {refused.map(({ id, address, lastSeenAt }) => (
        <p key={id}>
          {rich('twins.refused', {
            place: address ?? t('twins.noAddress'),
            ago: lastSeenAt === null ? t('unknown') : <Ago at={lastSeenAt} />,
          })}
        </p>
      ))}
    </section>
  );
}
