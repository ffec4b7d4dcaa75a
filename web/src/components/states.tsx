import type { ComponentChildren, JSX } from 'preact';
import { Icon, type IconName } from './icons';

/** Why something cannot be shown, with a way to try again. */
export function LoadError({ message, retry }: { message: string; retry?: () => void }): JSX.Element {
  return (
    <div class="notice danger" role="alert">
      <Icon name="error" />
      <span class="grow">{message}</span>
      {retry ? (
        <button type="button" class="button small" onClick={retry}>
          Try again
        </button>
      ) : null}
    </div>
  );
}

interface EmptyProps {
  icon: IconName;
  title: string;
  /** It is all of the page. */
  page?: boolean;
  children?: ComponentChildren;
}

/** What is said in a list that has nothing in it. */
export function Empty({ icon, title, page = false, children }: EmptyProps): JSX.Element {
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon name={icon} />
      </span>
      {page ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children}
    </div>
  );
}

/** Grey bars where rows will be, of their height, so that nothing moves when they come. */
export function Skeleton({ rows, height }: { rows: number; height: number }): JSX.Element {
  return (
    <div class="skeleton" aria-busy="true" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} style={{ height: `${height}px` }} />
      ))}
    </div>
  );
}
