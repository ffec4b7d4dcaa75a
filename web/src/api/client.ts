import { isAbort, Problem, problemOf, UNREACHABLE } from './problem';
import type { Session } from './session';

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'DELETE';
  /** Sent as JSON, unless it is a form. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** false: for sign-up and login, which need no token. */
  authorize?: boolean;
}

/** A page of a list, and where the next one is ('' after the last). */
export interface Page<T> {
  items: T[];
  next: string;
}

/**
 * Calls the API with the session's token: renews it before it expires, and once after a 401; ends the session when that
 * does not help. Every answer that is no success is thrown as a Problem.
 */
export class Client {
  /** Told of each request whether it got an answer: the page shows a banner while the server is away. */
  onReachable: (reachable: boolean) => void = () => {};
  readonly session: Session;
  readonly #fetch: typeof fetch;
  #refreshing: Promise<boolean> | null = null;

  constructor(session: Session, fetcher: typeof fetch = (...args) => fetch(...args)) {
    this.session = session;
    this.#fetch = fetcher;
  }

  get token(): string {
    return this.session.login.value?.token ?? '';
  }

  async json<T>(path: string, options: RequestOptions = {}): Promise<T> {
    const response = await this.response(path, options);
    return (await response.json()) as T;
  }

  async blob(path: string, options: RequestOptions = {}): Promise<Blob> {
    const response = await this.response(path, options);
    return response.blob();
  }

  /** One page of a list; `path` is that of the list, or `next` of the page before. */
  async page<T>(path: string, options: RequestOptions = {}): Promise<Page<T>> {
    const response = await this.response(path, options);
    const next = /<([^>]+)>\s*;\s*rel="next"/.exec(response.headers.get('Link') ?? '')?.[1] ?? '';
    // An address of the server itself: a proxy before it may not have its own name in it.
    const path_only = next.replace(/^https?:\/\/[^/]+/, '');
    return { items: (await response.json()) as T[], next: path_only };
  }

  /** The answer, when it is a success (2xx); its body is not read yet. */
  async response(path: string, options: RequestOptions = {}): Promise<Response> {
    const authorize = options.authorize ?? true;
    if (authorize && this.session.isRefreshDue()) await this.refresh();
    const token = this.token;
    let response = await this.#send(path, options, authorize);
    if (response.status === 401 && authorize && token) {
      // Another request, or another tab, may have renewed the token since.
      if (this.token !== token || (await this.refresh())) response = await this.#send(path, options, authorize);
      if (response.status === 401 && this.session.login.value) this.session.end('expired');
    }
    if (response.ok) return response;
    throw problemOf(response.status, await response.text(), response.headers.get('Retry-After'));
  }

  /** Renews the token, once for all who ask meanwhile. False: there is none any more. */
  refresh(): Promise<boolean> {
    this.#refreshing ??= this.#renew().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #renew(): Promise<boolean> {
    const response = await this.#send('/api/auth/refresh', { method: 'POST' }, true);
    if (response.ok) {
      const { access_token } = (await response.json()) as { access_token: string };
      this.session.replaceToken(access_token);
      return true;
    }
    // A refusal of another kind (the server is busy, say) leaves the token: it may be good for a while.
    if (response.status === 401) this.session.end('expired');
    return response.status !== 401;
  }

  async #send(path: string, options: RequestOptions, authorize: boolean): Promise<Response> {
    const headers: Record<string, string> = { ...options.headers };
    if (authorize && this.token) headers['Authorization'] = `Bearer ${this.token}`;
    const init: RequestInit = { method: options.method ?? 'GET', headers };
    if (options.signal) init.signal = options.signal;
    if (options.body instanceof FormData) {
      init.body = options.body;
    } else if (options.body !== undefined) {
      headers['Content-Type'] = 'application/json';
      init.body = JSON.stringify(options.body);
    }
    try {
      const response = await this.#fetch(path, init);
      this.onReachable(response.status !== 502 && response.status !== 504);
      return response;
    } catch (error) {
      if (isAbort(error)) throw error;
      this.onReachable(false);
      throw new Problem(0, UNREACHABLE);
    }
  }
}
