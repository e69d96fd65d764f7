import type { Attestation } from '../../../protocol/api/availability.ts';
import { sla } from '../../data/api-sla.ts';
import { canAct } from '../../data/store.ts';
import { LedgerSwatch } from '../../parts/LedgerMark.tsx';
import { ActionButton } from '../../ui/ActionButton.tsx';
import { When } from '../../ui/Ago.tsx';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { dayTime } from '../../words/format.ts';
import { rich, t } from '../../words/i18n.ts';

/** What people attested about a device; withdrawing one is kept too. */
export function Attestations({
  deviceId,
  revision,
  onChange,
}: {
  deviceId: string;
  revision: number;
  onChange: () => void;
}) {
  const loaded = useLoaded(`${deviceId} ${revision}`, () => sla.attestations(deviceId));
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('attest.list')}</h2>
      </header>
      <Async loaded={loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <Nothing>{t('attest.none')}</Nothing>
          ) : (
            <ul class="revisions">
              {items.map((each) => (
                <Line key={each.id} attestation={each} onChange={onChange} />
              ))}
            </ul>
          )
        }
      </Async>
    </section>
  );
}

function Line({ attestation, onChange }: { attestation: Attestation; onChange: () => void }) {
  const { id, by, at, verdict, why, from, to, withdrawnAt, responsibility, evidence } = attestation;
  return (
    <li class={withdrawnAt === null ? '' : 'withdrawn'}>
      <p class="revision-head">
        <LedgerSwatch state={verdict} />{' '}
        <strong>{t('attest.by', { name: by, verdict: t(`ledger.${verdict}`).toLowerCase() })}</strong>{' '}
        <span class="quiet">{rich('revisions.at', { when: <When at={at} /> })}</span>
      </p>
      <p>{why}</p>
      {responsibility && <p>{t('attest.blamed', { whose: t(`blame.${responsibility}`), evidence: evidence ?? '' })}</p>}
      <p class="quiet">{t('strip.span', { from: dayTime(Date.parse(from)), to: dayTime(Date.parse(to)) })}</p>
      {withdrawnAt !== null && <p class="quiet">{rich('attest.withdrawnAt', { when: <When at={withdrawnAt} /> })}</p>}
      {withdrawnAt === null && canAct.value && (
        <ActionButton
          kind="link"
          run={async () => {
            await sla.withdrawAttestation(id);
            onChange();
          }}
        >
          {t('attest.withdraw')}
        </ActionButton>
      )}
    </li>
  );
}
