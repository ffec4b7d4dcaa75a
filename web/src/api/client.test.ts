import { beforeEach, expect, test } from 'vitest';
import { Client } from './client';
import { Problem } from './problem';
import { Session } from './session';
import type { User } from './types';

const user: User = {
  _id: '6743a1b2c3d4e5f601020304',
  username: 'ada',
  email: '',
  first_name: '',
  last_name: '',
  role: 'user',
};

function token(name: string, lifetimeS = 3600): string {
  return `${name}.${btoa(JSON.stringify({ iat: 0, exp: lifetimeS }))}.s`;
}

interface Call {
  path: string;
  authorization: string;
}

type Reply = { status: number; body?: unknown; headers?: Record<string, string> };

/** A client whose requests are answered by `answer`, which may be a server that is away (null). */
function clientOf(answer: (call: Call) => Reply | null): { client: Client; calls: Call[] } {
  const calls: Call[] = [];
  const fetcher = (async (path: string, init: RequestInit) => {
    const headers = (init.headers ?? {}) as Record<string, string>;
    const call = { path, authorization: headers['Authorization'] ?? '' };
    calls.push(call);
    const reply = answer(call);
    if (!reply) throw new TypeError('Failed to fetch');
    return new Response(reply.body === undefined ? null : JSON.stringify(reply.body), {
      status: reply.status,
      headers: reply.headers ?? {},
    });
  }) as unknown as typeof fetch;
  return { client: new Client(new Session(localStorage), fetcher), calls };
}

beforeEach(() => localStorage.clear());

const REFRESH = '/api/auth/refresh';

test('a token is renewed before it expires, and the request has the new one', async () => {
  const { client, calls } = clientOf(({ path }) =>
    path === REFRESH ? { status: 200, body: { access_token: token('new') } } : { status: 200, body: [] },
  );
  client.session.start(token('old', 10), user, Date.now() - 9_000);
  await client.json('/api/datasets');
  expect(calls.map((call) => call.path)).toEqual([REFRESH, '/api/datasets']);
  expect(calls[1]?.authorization).toBe(`Bearer ${token('new')}`);
});

test('after a 401 the token is renewed once and the request is sent again', async () => {
  const { client, calls } = clientOf(({ path, authorization }) => {
    if (path === REFRESH) return { status: 200, body: { access_token: token('new') } };
    return authorization.includes('new') ? { status: 200, body: { ok: true } } : { status: 401, body: {} };
  });
  client.session.start(token('old'), user);
  expect(await client.json('/api/models')).toEqual({ ok: true });
  expect(calls.map((call) => call.path)).toEqual(['/api/models', REFRESH, '/api/models']);
});

test('many requests at once renew the token once', async () => {
  const { client, calls } = clientOf(({ path, authorization }) => {
    if (path === REFRESH) return { status: 200, body: { access_token: token('new') } };
    return authorization.includes('new') ? { status: 200, body: {} } : { status: 401, body: {} };
  });
  client.session.start(token('old'), user);
  await Promise.all(['/a', '/b', '/c', '/d'].map((path) => client.json(path)));
  expect(calls.filter((call) => call.path === REFRESH)).toHaveLength(1);
});

test('a session that cannot be renewed ends and says why', async () => {
  const { client } = clientOf(() => ({ status: 401, body: { error: 'Log in again.' } }));
  client.session.start(token('old'), user);
  await expect(client.json('/api/models')).rejects.toThrow('Log in again.');
  expect(client.session.login.value).toBeNull();
  expect(client.session.endReason.value).toBe('expired');
});

test('a server that is busy with renewals does not end the session', async () => {
  const { client } = clientOf(({ path }) => ({ status: path === REFRESH ? 503 : 200, body: {} }));
  client.session.start(token('old', 10), user, Date.now() - 9_000);
  await client.json('/api/models');
  expect(client.session.login.value?.user.username).toBe('ada');
});

test('problem+json becomes a Problem with its field and its pause', async () => {
  const body = { error: "'diameter' must be a number.", field: 'params.diameter', request_id: 'abc' };
  const { client } = clientOf(() => ({ status: 429, body, headers: { 'Retry-After': '7' } }));
  const problem = await client.json('/x').catch((error: unknown) => error);
  expect(problem).toMatchObject({
    status: 429,
    message: body.error,
    field: 'params.diameter',
    requestId: 'abc',
    retryAfterS: 7,
    isConnection: false,
  });
});

test('a server that is away is a Problem too, and the page is told', async () => {
  const { client } = clientOf(() => null);
  const told: boolean[] = [];
  client.onReachable = (reachable) => told.push(reachable);
  const problem = await client.json('/x').catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(Problem);
  expect((problem as Problem).isConnection).toBe(true);
  expect(told).toEqual([false]);
});

test('the next page of a list is asked for at the same server, whatever a proxy calls itself', async () => {
  const link = '<http://inside:5001/api/datasets?cursor=abc>; rel="next"';
  const { client } = clientOf(() => ({ status: 200, body: [1], headers: { Link: link } }));
  expect(await client.page('/api/datasets')).toEqual({ items: [1], next: '/api/datasets?cursor=abc' });
});

test('sign-up and login carry no token', async () => {
  const { client, calls } = clientOf(() => ({ status: 200, body: {} }));
  client.session.start(token('old'), user);
  await client.json('/api/auth/login', { method: 'POST', body: {}, authorize: false });
  expect(calls[0]?.authorization).toBe('');
});
