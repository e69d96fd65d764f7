import type { ComponentType } from 'preact';
import { useRef } from 'preact/hooks';
import { type SettingsSection, settingsHref, settingsSections } from '../../route/routes.ts';
import { lazy } from '../../ui/lazy.tsx';
import { useChosenInSight } from '../../ui/sideways.ts';
import { t } from '../../words/i18n.ts';
import { AboutSettings } from './About.tsx';
import { AccountSettings } from './Account.tsx';
import { ApiKeySettings } from './ApiKeys.tsx';
import { DisplaySettings } from './Display.tsx';
import { PeopleSettings } from './People.tsx';
import { TokenSettings } from './Tokens.tsx';

const ReceiverSettings = lazy(async () => (await import('./Receivers.tsx')).ReceiverSettings);

const AuditLog = lazy(async () => (await import('./AuditLog.tsx')).AuditLog);

const sections: Record<SettingsSection, ComponentType> = {
  account: AccountSettings,
  display: DisplaySettings,
  people: PeopleSettings,
  keys: ApiKeySettings,
  receivers: ReceiverSettings,
  tokens: TokenSettings,
  audit: AuditLog,
  about: AboutSettings,
};

export function Settings({ section }: { section: SettingsSection }) {
  const Section = sections[section];
  const nav = useRef<HTMLElement>(null);
  useChosenInSight(nav, section);
  return (
    <div class="view settings">
      <header class="view-head">
        <h1>{t('nav.settings')}</h1>
      </header>
      <div class="settings-columns">
        <nav ref={nav} class="settings-nav" aria-label={t('nav.settings')}>
          {settingsSections.map((name) => (
            <a key={name} href={settingsHref(name)} aria-current={name === section ? 'page' : undefined}>
              {t(`settings.${name}`)}
            </a>
          ))}
        </nav>
        <div class="settings-body">
          <Section />
        </div>
      </div>
    </div>
  );
}
