import type { Client, Page, RequestOptions } from './client';
import type { Dataset, Inference, InferenceSummary, Model, ModelDetail, Preview, Region, User } from './types';

/** The routes that the page uses, by what they do. Each throws a Problem when the server refuses. */

type Signal = Pick<RequestOptions, 'signal'>;

export interface NewAccount {
  username: string;
  email: string;
  password: string;
  first_name: string;
  last_name: string;
}

export async function signUp(client: Client, account: NewAccount): Promise<void> {
  await client.json('/api/auth/signup', { method: 'POST', body: account, authorize: false });
}

/** Logs in and keeps the session. */
export async function logIn(client: Client, username: string, password: string): Promise<void> {
  const body = { username, password };
  const answer = await client.json<{ access_token: string; user: User }>('/api/auth/login', {
    method: 'POST',
    body,
    authorize: false,
  });
  client.session.start(answer.access_token, answer.user);
}

/** Takes the token back at the server and ends the session, also when the server is away. */
export async function logOut(client: Client): Promise<void> {
  try {
    await client.json('/api/auth/logout', { method: 'POST' });
  } catch {
    // The token expires by itself.
  }
  client.session.end('logged-out');
}

export function listModels(client: Client, options: Signal = {}): Promise<Model[]> {
  return client.json<Model[]>('/api/models', options);
}

export function getModel(client: Client, id: string, options: Signal = {}): Promise<ModelDetail> {
  return client.json<ModelDetail>(`/api/models/${encodeURIComponent(id)}`, options);
}

/** `path`: of a page; the first one by default. */
export function listDatasets(client: Client, path = '', options: Signal = {}): Promise<Page<Dataset>> {
  return client.page<Dataset>(path || '/api/datasets?limit=60', options);
}

export function getDataset(client: Client, id: string, options: Signal = {}): Promise<Dataset> {
  return client.json<Dataset>(`/api/datasets/${id}`, options);
}

export async function deleteDataset(client: Client, id: string): Promise<void> {
  await client.json(`/api/datasets/${id}`, { method: 'DELETE' });
}

export interface InferenceFilter {
  dataset_id?: string;
  status?: string;
  archived?: string;
}

/** `path`: of a page; the first one by default. */
export function listInferences(
  client: Client,
  filter: InferenceFilter = {},
  path = '',
  options: Signal = {},
): Promise<Page<InferenceSummary>> {
  const query = new URLSearchParams({ limit: '100', ...filter });
  return client.page<InferenceSummary>(path || `/api/inferences?${query}`, options);
}

/** An inference with all of its results, however many answers they take. */
export async function getInference(client: Client, id: string, options: Signal = {}): Promise<Inference> {
  const whole = await client.json<Inference>(`/api/inferences/${id}`, options);
  let next = whole.results_next;
  while (next !== undefined) {
    const part = await client.json<Inference>(`/api/inferences/${id}?results_after=${next}`, options);
    whole.results.push(...part.results);
    next = part.results_next;
  }
  return whole;
}

export interface Start {
  dataset_id: string;
  model_id: string;
  params: Record<string, unknown>;
}

/** Queues an inference and gives its id. The same `key` never starts a second one. */
export async function startInference(client: Client, start: Start, key: string): Promise<string> {
  const headers = { Prefer: 'respond-async', 'Idempotency-Key': key };
  const answer = await client.json<{ inference_id: string }>('/api/inferences/start', {
    method: 'POST',
    body: start,
    headers,
  });
  return answer.inference_id;
}

export async function cancelInference(client: Client, id: string): Promise<void> {
  await client.json(`/api/inferences/${id}/cancel`, { method: 'POST' });
}

export async function retryInference(client: Client, id: string): Promise<void> {
  await client.json(`/api/inferences/${id}/retry`, { method: 'POST' });
}

export async function deleteInference(client: Client, id: string): Promise<void> {
  await client.json(`/api/inferences/${id}`, { method: 'DELETE' });
}

export function previewInference(
  client: Client,
  start: Start,
  fileId: string,
  region: Region,
  options: Signal = {},
): Promise<Preview> {
  return client.json<Preview>('/api/inferences/preview', {
    ...options,
    method: 'POST',
    body: { ...start, file_id: fileId, region },
  });
}

/** A random key for `startInference`; works without a secure context, as a server in a lab has none. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
