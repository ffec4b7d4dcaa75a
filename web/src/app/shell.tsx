import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { logOut } from '../api/calls';
import { Icon, Logo } from '../components/icons';
import { Menu, MenuItem } from '../components/menu';
import { href, location, type Route } from '../router';
import { useApp } from './context';
import { isDark, theme } from './theme';

const SECTIONS: { route: Route; name: string; has: Route['name'][] }[] = [
  { route: { name: 'datasets' }, name: 'Datasets', has: ['datasets', 'dataset', 'run'] },
  { route: { name: 'inferences' }, name: 'Runs', has: ['inferences', 'inference', 'image'] },
  { route: { name: 'models' }, name: 'Models', has: ['models'] },
];

export function ThemeButton(): JSX.Element {
  const dark = theme.value ? theme.value === 'dark' : isDark();
  const label = dark ? 'Use the light theme' : 'Use the dark theme';
  return (
    <button
      class="button ghost icon"
      aria-label={label}
      title={label}
      onClick={() => (theme.value = dark ? 'light' : 'dark')}>
      <Icon name={dark ? 'sun' : 'moon'} />
    </button>
  );
}

function UserMenu(): JSX.Element | null {
  const { session, client } = useApp();
  const user = session.login.value?.user;
  if (!user) return null;
  const initials = ((user.first_name[0] ?? '') + (user.last_name[0] ?? '') || user.username.slice(0, 2)).toUpperCase();
  return (
    <Menu
      button={
        <span class="avatar" aria-hidden="true">
          {initials}
        </span>
      }
      label={`${initials}, account of ${user.username}`}
      buttonClass="button ghost icon">
      {() => (
        <>
          <div class="menu-note">
            <strong>{[user.first_name, user.last_name].filter(Boolean).join(' ') || user.username}</strong>
            <span class="faint">{user.email}</span>
          </div>
          <MenuItem href="/api/openapi.json">HTTP API</MenuItem>
          <MenuItem onSelect={() => void logOut(client)}>Log out</MenuItem>
        </>
      )}
    </Menu>
  );
}

/** What is being uploaded, while one is elsewhere. */
function UploadNote(): JSX.Element | null {
  const { uploads } = useApp();
  const queue = uploads.queues.value.find((one) => one.isBusy.value);
  if (!queue) return null;
  const id = queue.datasetId.value;
  const { route } = location.value;
  if (route.name === 'datasets' || (route.name === 'dataset' && route.id === id)) return null;
  const text = `Uploading ${queue.counts.value.done + 1} of ${queue.items.value.length}`;
  return (
    <a class="badge info live" href={href(id ? { name: 'dataset', id } : { name: 'datasets' })}>
      <span class="dot" />
      {text}
    </a>
  );
}

/** The bar above every page, and the page. */
export function Shell({ children }: { children: ComponentChildren }): JSX.Element {
  const { route } = location.value;
  const main = useRef<HTMLElement>(null);
  const place = JSON.stringify(route);
  const first = useRef(true);
  useEffect(() => {
    // As a browser does for a new document: back to the top, and readers of screens begin with the page.
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
  }, [place]);
  return (
    <div class="shell">
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}>
        Skip to the page
      </a>
      <header class="topbar">
        <a class="brand" href={href({ name: 'datasets' })}>
          <Logo />
          <span>IntelliClinix</span>
        </a>
        <nav aria-label="Sections">
          {SECTIONS.map((section) => (
            <a
              key={section.name}
              href={href(section.route)}
              class="nav-link"
              {...(section.has.includes(route.name) ? { 'aria-current': 'page' as const } : {})}>
              {section.name}
            </a>
          ))}
        </nav>
        <div class="topbar-end">
          <UploadNote />
          <ThemeButton />
          <UserMenu />
        </div>
      </header>
      <main ref={main} id="main" tabIndex={-1} class={route.name === 'image' ? 'main fixed' : 'main'}>
        {children}
      </main>
    </div>
  );
}
