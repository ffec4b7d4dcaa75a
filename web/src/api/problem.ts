/** What the server, or the way to it, answered instead of what was asked for. */
export class Problem extends Error {
  /** HTTP status; 0 when no answer came at all. */
  readonly status: number;
  /** The parameter at fault, such as `params.diameter`, or ''. */
  readonly field: string;
  readonly requestId: string;
  /** Seconds after which the server wants to be asked again, where it says so. */
  readonly retryAfterS: number | null;

  constructor(
    status: number,
    message: string,
    options: { field?: string; requestId?: string; retryAfterS?: number | null } = {},
  ) {
    super(message);
    this.name = 'Problem';
    this.status = status;
    this.field = options.field ?? '';
    this.requestId = options.requestId ?? '';
    this.retryAfterS = options.retryAfterS ?? null;
  }

  /** Whether the request never reached a server that could answer it, so that it may be sent again later. */
  get isConnection(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 504;
  }
}

/** The sentence for a server that does not answer. */
export const UNREACHABLE = 'The server does not answer. Check that it runs and that this computer can reach it.';

/** Makes a Problem of an answer's parts; a body that is no problem+json gives a sentence of the status. */
export function problemOf(status: number, body: string, retryAfter: string | null): Problem {
  let document: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null) document = parsed as Record<string, unknown>;
  } catch {
    // An answer of a proxy, say; its status has to do.
  }
  const text = (name: string): string => (typeof document[name] === 'string' ? document[name] : '');
  const seconds = retryAfter === null ? NaN : Number(retryAfter);
  return new Problem(status, text('error') || text('detail') || `The server answered with status ${status}.`, {
    field: text('field'),
    requestId: text('request_id'),
    retryAfterS: Number.isFinite(seconds) ? seconds : null,
  });
}

/** Any thrown value as a sentence for a person; a fault of the server with what to look for in its log. */
export function messageOf(error: unknown): string {
  if (error instanceof Problem && error.status >= 500 && error.requestId) {
    return `${error.message} (request ${error.requestId})`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** Whether something thrown only says that the page itself called a request off. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
