import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { sentenceOf } from '../data/api.ts';
import { canAct, incidents, isLinkDown, link, me, signOut } from '../data/store.ts';
import { triage } from '../data/triage.ts';
import { overlay } from '../route/keys.ts';
import { theme, themes } from '../route/prefs.ts';
import { place } from '../route/router.ts';
import { BrandMark, Icon } from '../ui/Icon.tsx';
import { say } from '../ui/Toasts.tsx';
import { t } from '../words/i18n.ts';
import { Banners } from './Banner.tsx';
import { hrefOf, type Place, type View } from './view.ts';

interface ShellProps {
  /** All that there are. */
  readonly views: readonly View[];
  /** The one that is shown. */
  readonly here: View | null;
  readonly children: ComponentChildren;
}

/** The frame around every view: where one can go, who one is, and how far the screen can be believed. */
export function Shell({ views, here, children }: ShellProps) {
  const main = useRef<HTMLElement>(null);
  const { path } = place.value;
  const first = useRef(true);
  // a new path is what moves the focus
  useEffect(() => {
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
  }, [path]);
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        {t('nav.skip')}
      </button>
      <Sidebar views={views} here={here} />
      <div class="stage-area">
        <Banners />
        <main id="main" ref={main} tabIndex={-1} class={isLinkDown.value ? 'main blind' : 'main'}>
          {children}
        </main>
      </div>
    </div>
  );
}

function Sidebar({ views, here }: Omit<ShellProps, 'children'>) {
  const links = linksTo(views);
  const waiting = triage(incidents.value.values()).waiting.length;
  return (
    <nav class="sidebar" aria-label={t('nav.label')}>
      <a class="brand" href="/">
        <BrandMark />
        <span class="brand-name">Vigia</span>
      </a>
      <button
        type="button"
        class="find"
        aria-label={t('nav.find')}
        onClick={() => {
          overlay.value = 'palette';
        }}
      >
        <Icon name="search" size={16} />
        <span class="find-text">{t('nav.find')}</span>
        <kbd>/</kbd>
      </button>
      <div class="nav-links">
        {links.map(({ href, path, place }) => (
          <NavLink
            key={href}
            href={href}
            {...place}
            here={here !== null && (here.within ?? here.path) === path}
            count={href === '/' ? waiting : 0}
          />
        ))}
      </div>
      <div class="sidebar-foot">
        <LiveDot />
        <UserMenu links={links} />
      </div>
    </nav>
  );
}

interface Link {
  readonly href: string;
  readonly path: string;
  readonly place: Place;
}

/** The places that this person may go to. */
function linksTo(views: readonly View[]): Link[] {
  return views.flatMap((view) => {
    const { path, place } = view;
    return place && (!place.isAction || canAct.value) ? [{ href: hrefOf(view), path, place }] : [];
  });
}

interface NavLinkProps extends Pick<Place, 'icon' | 'label' | 'second'> {
  readonly href: string;
  readonly here: boolean;
  readonly count: number;
}

function NavLink({ href, icon, label, second, here, count }: NavLinkProps) {
  return (
    <a class={second ? 'nav-link nav-second' : 'nav-link'} href={href} aria-current={here ? 'page' : undefined}>
      <Icon name={icon} />
      <span class="nav-text">{label()}</span>
      {count > 0 && (
        <span class="nav-count">
          {count}
          <span class="sr"> {t('nav.waiting')}</span>
        </span>
      )}
    </a>
  );
}

function LiveDot() {
  const { kind } = link.value;
  return (
    <span class={`live live-${kind}`} title={t(`live.${kind}.hint`)}>
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
        {kind === 'up' ? (
          <circle class="fill" cx="5" cy="5" r="3.5" />
        ) : (
          <circle class="line" cx="5" cy="5" r="3.5" stroke-dasharray="2 1.6" />
        )}
      </svg>
      <span class="live-text">{t(`live.${kind}`)}</span>
    </span>
  );
}

const closeMenu = () => document.getElementById('user-menu')?.hidePopover();

function UserMenu({ links }: { links: readonly Link[] }) {
  const user = me.value;
  if (!user) return null;
  return (
    <>
      <button type="button" class="user" popovertarget="user-menu">
        <span class="avatar" aria-hidden="true">
          {initials(user.name)}
        </span>
        <span class="user-name">{user.name}</span>
        <span class="sr">{t('nav.userMenu')}</span>
      </button>
      <div id="user-menu" popover="auto" class="menu">
        <p class="menu-head">
          <strong>{user.name}</strong>
          <span>{user.email}</span>
          <span>{t(`role.${user.role}`)}</span>
        </p>
        <div class="menu-places">
          {links
            .filter(({ place }) => place.second)
            .map(({ href, place }) => (
              <a key={href} class="menu-item" href={href} onClick={closeMenu}>
                <Icon name={place.icon} size={16} />
                {place.label()}
              </a>
            ))}
        </div>
        <fieldset class="menu-themes">
          <legend>{t('settings.theme')}</legend>
          {themes.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={theme.value === name}
              onClick={() => {
                theme.value = name;
              }}
            >
              <Icon name={name} size={16} />
              {t(`theme.${name}`)}
            </button>
          ))}
        </fieldset>
        <button
          type="button"
          class="menu-item"
          popovertarget="user-menu"
          popovertargetaction="hide"
          onClick={() => {
            overlay.value = 'shortcuts';
          }}
        >
          <Icon name="keyboard" size={16} />
          {t('shortcuts.title')}
        </button>
        <button
          type="button"
          class="menu-item"
          onClick={() => {
            signOut().catch((error: unknown) => say(sentenceOf(error), 'error'));
          }}
        >
          <Icon name="leave" size={16} />
          {t('nav.signOut')}
        </button>
      </div>
    </>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : '']
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase();
}
