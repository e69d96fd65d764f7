import type { SiteCard } from '../../protocol/api/site-card.ts';
import type { IncidentDetail } from '../../protocol/api/view.ts';
import { sites } from '../data/store.ts';
import { Fact, Facts } from '../ui/Facts.tsx';
import { Icon } from '../ui/Icon.tsx';
import { t } from '../words/i18n.ts';

/** What one needs at three in the morning: whom to call, how to get in, who provides what. */
export function SiteCardPanel({
  incident: { siteCard, siteId },
}: {
  incident: Pick<IncidentDetail, 'siteCard' | 'siteId'>;
}) {
  if (siteCard === null || Object.values(siteCard).every((value) => value.length === 0)) return null;
  const name = siteId === null ? undefined : sites.value.get(siteId)?.name;
  return (
    <section class="card site-card">
      <header class="card-head">
        <h2>{name ? t('siteCard.of', { site: name }) : t('siteCard.title')}</h2>
      </header>
      {siteCard.emergency && (
        <div class="site-emergency">
          <h3>{t('siteCard.emergency')}</h3>
          <p class="site-text">{siteCard.emergency}</p>
        </div>
      )}
      <Contacts contacts={siteCard.contacts ?? []} />
      <Facts>
        {siteCard.openingHours && <Fact label={t('siteCard.hours')}>{siteCard.openingHours}</Fact>}
        {siteCard.address && <Fact label={t('siteCard.address')}>{siteCard.address}</Fact>}
      </Facts>
      <Providers providers={siteCard.providers ?? []} />
      {siteCard.notes && (
        <div>
          <h3>{t('siteCard.notes')}</h3>
          <p class="site-text">{siteCard.notes}</p>
        </div>
      )}
    </section>
  );
}

function Contacts({ contacts }: { contacts: NonNullable<SiteCard['contacts']> }) {
  if (contacts.length === 0) return null;
  return (
    <ul class="contacts">
      {contacts.map((contact) => (
        <li key={`${contact.name}${contact.phone}`}>
          <span>
            <strong>{contact.name}</strong> <span class="quiet">{contact.role}</span>
          </span>
          <Reach phone={contact.phone} email={contact.email} />
        </li>
      ))}
    </ul>
  );
}

function Providers({ providers }: { providers: NonNullable<SiteCard['providers']> }) {
  if (providers.length === 0) return null;
  return (
    <div>
      <h3>{t('siteCard.providers')}</h3>
      <ul class="contacts">
        {providers.map((provider) => (
          <li key={`${provider.name}${provider.account}`}>
            <span>
              <strong>{provider.name}</strong> <span class="quiet">{provider.account}</span>
            </span>
            <Reach phone={provider.phone} email="" />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What a dialler understands of a number as people write it. */
const dialled = (phone: string) => phone.replace(/[^\d+*#,]/g, '');

function Reach({ phone, email }: { phone: string; email: string }) {
  return (
    <span class="reach">
      {phone && (
        <a href={`tel:${dialled(phone)}`}>
          <Icon name="phone" size={14} /> {phone}
        </a>
      )}
      {email && <a href={`mailto:${encodeURIComponent(email).replace('%40', '@')}`}>{email}</a>}
    </span>
  );
}
