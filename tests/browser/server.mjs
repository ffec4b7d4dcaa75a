// A real server for the browser tests, with a data folder of its own, and what a test sends it besides the browser.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const PASSWORD = 'correct horse battery';
const BINARY = process.env.INTELLICLINIX_BINARY ?? path.join(ROOT, 'build/release/intelliclinix');
const PATIENCE_MS = 60_000;

/** Waits until `condition` gives something true, which it returns. */
export async function until(condition, what) {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const value = await condition();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`This did not come to be in ${PATIENCE_MS / 1000} s: ${what}`);
}

/** Memory, where there is enough of it: thousands of files are on it at once, and no test here is about the disk. */
function fastFolder() {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    return bavail * bsize > 2 ** 30 ? '/dev/shm' : tmpdir();
  } catch {
    return tmpdir();
  }
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** A running `intelliclinix serve`; `start` after `stop` or `kill` is the same server with its data, at the same address. */
export class Server {
  constructor(port, flags) {
    this.folder = mkdtempSync(path.join(fastFolder(), 'intelliclinix-browser-'));
    this.port = port;
    this.flags = flags;
    this.url = `http://127.0.0.1:${port}`;
    this.log = '';
  }

  static async start(...flags) {
    if (!existsSync(BINARY)) throw new Error(`${BINARY} is not there. Build it first: tools/build`);
    const server = new Server(await freePort(), flags);
    await server.start();
    return server;
  }

  async start() {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('INTELLICLINIX_')));
    const command = ['serve', '--data', path.join(this.folder, 'data'), '--port', String(this.port), ...this.flags];
    this.process = spawn(BINARY, command, { cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (text) => (this.log += text);
    this.process.stdout.on('data', keep);
    this.process.stderr.on('data', keep);
    await until(async () => {
      if (this.process.exitCode !== null) throw new Error(`The server has ended:\n${this.log}`);
      return (await fetch(`${this.url}/ready`).catch(() => null))?.ok;
    }, `the server is ready\n${this.log}`);
  }

  /** Where the bytes of a file are. */
  blob(id) {
    return path.join(this.folder, 'data/blobs', id.slice(-2), id);
  }

  /** Ends the process and waits for its end. */
  async stop(signal = 'SIGTERM') {
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    if (this.process.exitCode === null) {
      this.process.kill(signal);
      await ended;
    }
  }

  async remove() {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Another client of the same server, without the page. */
export class Api {
  constructor(url) {
    this.url = url;
    this.token = '';
  }

  /** With an account of its own. */
  static async signUp(url, username = `user-${randomBytes(5).toString('hex')}`) {
    const api = new Api(url);
    api.username = username;
    await api.post('/api/auth/signup', {
      username,
      email: `${username}@example.org`,
      password: PASSWORD,
      first_name: 'Rosalind',
      last_name: 'Franklin',
    });
    return api.#logIn();
  }

  /** With an account that was made before. */
  static logIn(url, username) {
    return Object.assign(new Api(url), { username }).#logIn();
  }

  async #logIn() {
    const { access_token: token, user } = await this.post('/api/auth/login', {
      username: this.username,
      password: PASSWORD,
    });
    return Object.assign(this, { token, user });
  }

  async send(method, route, body, headers = {}) {
    const response = await fetch(this.url + route, {
      method,
      body,
      headers: { ...(this.token ? { Authorization: `Bearer ${this.token}` } : {}), ...headers },
    });
    if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  get(route) {
    return this.send('GET', route);
  }

  post(route, body) {
    return this.send('POST', route, JSON.stringify(body), { 'Content-Type': 'application/json' });
  }

  /** `files`: [name, bytes] pairs. Gives the dataset's id. */
  async upload(name, files) {
    const form = new FormData();
    form.append('name', name);
    for (const [filename, content] of files) form.append('files', new Blob([content]), filename);
    return (await this.send('POST', '/api/datasets/upload', form)).dataset_id;
  }

  /** Runs the default model and waits for the end. Gives the inference's id. */
  async run(datasetId, params = {}) {
    const body = { dataset_id: datasetId, model_id: 'cellpose_default', params };
    return (await this.post('/api/inferences/start', body)).inference_id;
  }
}

export function example(name) {
  return readFileSync(path.join(ROOT, 'examples', name));
}
