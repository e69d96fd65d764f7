import { api } from '../../data/api.ts';
import { canAct, clients, sites } from '../../data/store.ts';
import { MakerName } from '../../parts/MakerName.tsx';
import { Ago, When } from '../../ui/Ago.tsx';
import { useLoaded } from '../../ui/Async.tsx';
import { LinkButton } from '../../ui/LinkButton.tsx';
import { ListSection } from '../../ui/ListSection.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { t } from '../../words/i18n.ts';

/** Tokens that may still enrol a machine. */
export function TokenSettings() {
  const loaded = useLoaded('tokens', api.tokens);
  if (!canAct.value) return <Nothing>{t('add.forbidden')}</Nothing>;
  const siteOf = (siteId: string) => sites.value.get(siteId)?.name ?? '–';
  return (
    <ListSection
      title={t('settings.tokens')}
      hint={t('tokens.hint')}
      empty={t('tokens.none')}
      loaded={loaded}
      action={<LinkButton href="/add">{t('nav.add')}</LinkButton>}
      columns={[
        { head: t('fleet.client'), cell: (token) => <strong>{clients.value.get(token.clientId)?.name ?? '–'}</strong> },
        { head: t('fleet.site'), cell: (token) => siteOf(token.siteId) },
        { head: t('device.kind'), cell: (token) => t(`kind.${token.kind}`) },
        { head: t('tokens.usesLeft'), cell: (token) => token.usesLeft },
        { head: t('tokens.expires'), cell: (token) => <When at={token.expiresAt} /> },
        { head: t('tokens.createdBy'), cell: (token) => <MakerName {...token} /> },
        {
          head: t('keys.lastUsed'),
          cell: (token) => (token.lastUsedAt === null ? t('keys.neverUsed') : <Ago at={token.lastUsedAt} />),
        },
      ]}
      remove={{
        word: t('action.revoke'),
        nameOf: (token) => siteOf(token.siteId),
        sentence: () => t('tokens.revokeSentence'),
        run: (token) => api.deleteToken(token.id),
        allowed: () => true,
      }}
    />
  );
}
