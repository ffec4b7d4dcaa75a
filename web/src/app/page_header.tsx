import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Icon } from '../components/icons';

export interface Crumb {
  name: string;
  href: string;
}

interface HeaderProps {
  title: string;
  crumbs?: Crumb[];
  /** Beside the title. */
  badge?: ComponentChildren;
  /** Below it. */
  note?: ComponentChildren;
  actions?: ComponentChildren;
}

export function Crumbs({ crumbs }: { crumbs: Crumb[] }): JSX.Element {
  return (
    <nav class="crumbs" aria-label="Where this is">
      {crumbs.map((crumb) => (
        <span key={crumb.href}>
          <a href={crumb.href} class="truncate">
            {crumb.name}
          </a>
          <Icon name="chevron" />
        </span>
      ))}
    </nav>
  );
}

/** Where one is, what it is, and what can be done with it. Names the tab too. */
export function PageHeader({ title, crumbs = [], badge, note, actions }: HeaderProps): JSX.Element {
  useEffect(() => {
    document.title = title ? `${title} · IntelliClinix` : 'IntelliClinix';
  }, [title]);
  return (
    <header class="page-header">
      <div class="page-title">
        {crumbs.length ? <Crumbs crumbs={crumbs} /> : null}
        <div class="title-row">
          <h1 class="truncate" title={title}>
            {title || ' '}
          </h1>
          {badge}
        </div>
        {note !== undefined ? <p class="muted note">{note}</p> : null}
      </div>
      <div class="actions">{actions}</div>
    </header>
  );
}
