import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { useId } from './use_id';

interface MenuProps {
  /** What the button shows, and what it is called where that is an icon. */
  button: ComponentChildren;
  label?: string;
  buttonClass?: string;
  align?: 'start' | 'end';
  children: (close: () => void) => ComponentChildren;
}

/** A button with a menu of `MenuItem`s: arrow keys move in it, Escape and a click elsewhere close it. */
export function Menu({ button, label, buttonClass = 'button', align = 'end', children }: MenuProps): JSX.Element {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const id = useId();
  const items = (): HTMLElement[] => [...(root.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])];
  // Before the next key comes.
  useLayoutEffect(() => {
    if (!open) return;
    items()[0]?.focus();
    const outside = (event: Event): void => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [open]);
  const close = (): void => {
    setOpen(false);
    trigger.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!open) return;
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) all[(to + all.length) % all.length]?.focus();
    else if (event.key === 'Escape') close();
    else if (event.key === 'Tab') setOpen(false);
    else return;
    if (event.key !== 'Tab') event.preventDefault();
  };
  return (
    <div class="menu" ref={root} onKeyDown={onKeyDown}>
      <button
        ref={trigger}
        class={buttonClass}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={id}
        {...(label ? { 'aria-label': label, title: label } : {})}
        onClick={() => setOpen(!open)}>
        {button}
      </button>
      <div id={id} role="menu" class={`menu-list ${align}`} hidden={!open}>
        {open ? children(close) : null}
      </div>
    </div>
  );
}

interface ItemProps {
  onSelect?: () => void;
  href?: string;
  danger?: boolean;
  children: ComponentChildren;
}

export function MenuItem({ onSelect, href, danger = false, children }: ItemProps): JSX.Element {
  const name = `menu-item${danger ? ' danger' : ''}`;
  if (href) {
    return (
      <a role="menuitem" tabIndex={-1} class={name} href={href} onClick={onSelect}>
        {children}
      </a>
    );
  }
  return (
    <button role="menuitem" tabIndex={-1} class={name} onClick={onSelect}>
      {children}
    </button>
  );
}
