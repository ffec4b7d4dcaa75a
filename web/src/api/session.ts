import { signal } from '@preact/signals';
import type { User } from './types';

/** Who is logged in, with the token that shows it. */
export interface Login {
  token: string;
  user: User;
  /** When this browser got the token, by its own clock (ms): the server's clock may differ. */
  receivedAt: number;
}

/** Why nobody is logged in. */
export type EndReason = 'never' | 'logged-out' | 'expired';

const KEY = 'intelliclinix.session';

/** The seconds that a token is good for, from its `exp` and `iat`; null if it has none. */
export function tokenLifetimeS(token: string): number | null {
  try {
    const payload = token.split('.')[1] ?? '';
    const claims = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as {
      exp?: number;
      iat?: number;
    };
    return typeof claims.exp === 'number' && typeof claims.iat === 'number' ? claims.exp - claims.iat : null;
  } catch {
    return null;
  }
}

/** The login of this browser, kept in its storage, so that a reload keeps it and all tabs are in step. */
export class Session {
  readonly login = signal<Login | null>(null);
  readonly endReason = signal<EndReason>('never');
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
    this.login.value = this.#read();
  }

  /** Follows what other tabs do; returns the function that stops it. */
  followOtherTabs(target: Window): () => void {
    const listener = (event: StorageEvent): void => {
      if (event.key !== KEY && event.key !== null) return;
      const before = this.login.value;
      this.login.value = this.#read();
      if (before && !this.login.value) this.endReason.value = 'logged-out';
    };
    target.addEventListener('storage', listener);
    return () => target.removeEventListener('storage', listener);
  }

  start(token: string, user: User, now = Date.now()): void {
    this.#write({ token, user, receivedAt: now });
  }

  /** Puts a refreshed token in the place of the old one. */
  replaceToken(token: string, now = Date.now()): void {
    const login = this.login.value;
    if (login) this.#write({ ...login, token, receivedAt: now });
  }

  end(reason: EndReason): void {
    this.endReason.value = reason;
    this.#storage.removeItem(KEY);
    this.login.value = null;
  }

  /** Whether four fifths of the token's life are over, so that a new one is due. */
  isRefreshDue(now = Date.now()): boolean {
    const login = this.login.value;
    const lifetime = login && tokenLifetimeS(login.token);
    return !!login && !!lifetime && now - login.receivedAt > lifetime * 800;
  }

  #read(): Login | null {
    try {
      const stored = JSON.parse(this.#storage.getItem(KEY) ?? 'null') as Login | null;
      return stored && typeof stored.token === 'string' && stored.user ? stored : null;
    } catch {
      return null;
    }
  }

  #write(login: Login): void {
    this.#storage.setItem(KEY, JSON.stringify(login));
    this.login.value = login;
  }
}
