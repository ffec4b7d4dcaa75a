// What goes wrong while a person works: servers that stop, sessions that end, runs that fail, very many images.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { accessibilityFaults, launch, logInByForm, newPage, openTab } from './browser.mjs';
import { greyPng } from './images.mjs';
import { Api, example, Server } from './server.mjs';

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
});

after(async () => {
  await browser?.close();
  await server?.remove();
});

/** A tab where somebody new is logged in, at `route`, with their own client. */
async function logIn(t, route = '#/datasets', url = server.url) {
  const api = await Api.signUp(url);
  const page = await newPage(browser, `${url}/${route}`, { api });
  t.after(() => page.context().close());
  const at = (hash) => page.goto(`${url}/${hash}`);
  return { api, page, at };
}

const banner = (page) => page.getByText('The server does not answer. Trying again');

test('a run goes on over a crash of the server, and the page with it', async (t) => {
  const { api, page, at } = await logIn(t);
  const names = ['fluorescence_dapi_520x696.png', 'fluorescence_small_256x256.png'];
  const id = await api.upload(
    'Crash',
    names.map((name) => [name, example(name)]),
  );
  await at(`#/datasets/${id}/run`);
  await page.getByRole('button', { name: 'Run on 2 images' }).click();
  await page
    .locator('.progress-panel')
    .getByText(/[1-9]\d* of \d+ tiles?/)
    .waitFor();
  await server.stop('SIGKILL');
  await banner(page).waitFor();
  await server.start();
  await banner(page).waitFor({ state: 'detached' });
  await page.locator('.page-header .badge').filter({ hasText: 'Completed' }).waitFor({ timeout: 60_000 });
  assert.equal(await page.locator('.result-row').count(), 2);
  assert.deepEqual(page.faults, []);
});

test('an expired session says so and returns to where one was', async (t) => {
  const { api, page, at } = await logIn(t);
  const id = await api.upload('Mine', [['tissue.png', example('tissue_256x256.png')]]);
  await at(`#/datasets/${id}?view=list`);
  await page.getByRole('heading', { level: 1, name: 'Mine' }).waitFor();
  await api.post('/api/auth/logout', {}).catch(() => api.send('POST', '/api/auth/logout'));
  await page.getByRole('link', { name: 'Run a model' }).first().click();
  await page.getByText('Your session has expired. Log in to go on where you were.').waitFor();
  assert.deepEqual(await accessibilityFaults(page), []);
  await logInByForm(page, api.username);
  await page.getByRole('button', { name: 'Run on 1 image' }).waitFor();
  assert.match(page.url(), new RegExp(`#/datasets/${id}/run`));
});

test('two tabs are in step', async (t) => {
  const { api, page } = await logIn(t);
  const other = await openTab(page.context(), server.url);
  await other.getByRole('heading', { name: 'Drop images or a folder here' }).waitFor();
  await other.getByRole('button', { name: /account of/ }).click();
  await other.getByRole('menuitem', { name: 'Log out' }).click();
  await page.getByText('You are logged out.').waitFor();
  await logInByForm(page, api.username);
  await other.getByRole('heading', { name: 'Drop images or a folder here' }).waitFor();
});

test('a network that is gone for a minute is waited for', async (t) => {
  const { api, page } = await logIn(t);
  await page.clock.install();
  await api.upload('There', [['tissue.png', example('tissue_256x256.png')]]);
  await page.context().setOffline(true);
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  await banner(page).waitFor();
  assert.deepEqual(await accessibilityFaults(page), []);
  await page.clock.fastForward('01:00');
  await banner(page).waitFor();
  await page.context().setOffline(false);
  await banner(page).waitFor({ state: 'detached' });
  await page.getByRole('heading', { name: 'Nothing has been run yet' }).waitFor();
});

test('a folder is taken with all that is in it, and files can be dropped', async (t) => {
  const { page } = await logIn(t);
  const folder = path.join(mkdtempSync(path.join(tmpdir(), 'intelliclinix-folder-')), 'plate');
  t.after(() => rmSync(path.dirname(folder), { recursive: true }));
  for (const well of ['A01', 'A02']) {
    mkdirSync(path.join(folder, well), { recursive: true });
    writeFileSync(path.join(folder, well, 'cells.png'), example('tissue_256x256.png'));
  }
  writeFileSync(path.join(folder, '.DS_Store'), 'litter');
  await page.locator('input[data-pick=folder]').first().setInputFiles(folder);
  await page.getByRole('heading', { level: 1, name: 'plate' }).waitFor();
  await page.locator('.tile').filter({ hasText: 'plate_A01_cells.png' }).waitFor();
  await page.locator('.tile').filter({ hasText: 'plate_A02_cells.png' }).waitFor();
  const files = await page.evaluateHandle((base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], 'dropped.png', { type: 'image/png' }));
    return transfer;
  }, example('fluorescence_small_256x256.png').toString('base64'));
  await page.dispatchEvent('body', 'dragenter', { dataTransfer: files });
  await page.locator('.page-drop.over').waitFor();
  await page.dispatchEvent('body', 'drop', { dataTransfer: files });
  await page.locator('.tile').filter({ hasText: 'dropped.png' }).waitFor();
});

test('a run waits in the queue, is cancelled, and is queued again', async (t) => {
  const idle = await Server.start('--workers', '0');
  t.after(() => idle.remove());
  const { api, page } = await logIn(t, '#/datasets', idle.url);
  const id = await api.upload('Waits', [['tissue.png', example('tissue_256x256.png')]]);
  await page.goto(`${idle.url}/#/datasets/${id}/run`);
  await page.locator('.preview-error').waitFor();
  await page.getByRole('button', { name: 'Run on 1 image' }).click();
  await page.getByText('Next in the queue').waitFor();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('The run was cancelled').waitFor();
  await page.getByRole('button', { name: 'Retry' }).click();
  await page.getByText('attempt 2').waitFor();
  await page.getByText('Next in the queue').waitFor();
  assert.deepEqual(page.faults, []);
});

test('an upload that broke is sent again', async (t) => {
  const { page } = await logIn(t);
  await page.route('**/api/datasets/**/files', (route) => route.abort('connectionreset'), { times: 1 });
  await page
    .locator('input[data-pick=files]')
    .first()
    .setInputFiles([
      { name: 'a.png', mimeType: 'image/png', buffer: example('tissue_256x256.png') },
      { name: 'b.png', mimeType: 'image/png', buffer: example('fluorescence_small_256x256.png') },
    ]);
  await page.getByText('1 of 2 files uploaded · 1 failed').waitFor();
  await page.getByRole('button', { name: 'Retry b.png' }).click();
  await page.getByText('2 files uploaded').waitFor();
  await page.locator('.tile').nth(1).waitFor();
});

test('a run that failed says why and what to do', async (t) => {
  const { api, page, at } = await logIn(t);
  const image = example('tissue_256x256.png');
  const id = await api.upload('Lost', [['tissue.png', image]]);
  const { files } = await api.get(`/api/datasets/${id}`);
  // As a disk does that loses what it was given. Of the whole length, so that the server does not wait for better days.
  writeFileSync(server.blob(files[0].gridfs_id), Buffer.alloc(image.length));
  await at(`#/datasets/${id}/run?params={"diameter":17}`);
  await page.getByRole('button', { name: 'Run on 1 image' }).click();
  const failure = page.locator('.failure');
  await failure.waitFor();
  assert.match(await failure.innerText(), /The run failed[\s\S]*tissue\.png|The run failed[\s\S]*file/);
  assert.deepEqual(await accessibilityFaults(page), []);
  await failure.getByRole('link', { name: 'Change settings' }).click();
  assert.equal(await page.getByRole('textbox', { name: /^Diameter px/ }).inputValue(), '17');
});

test('what a start refuses stands at the setting at fault', async (t) => {
  const { api, page, at } = await logIn(t);
  const id = await api.upload('Grey', [['tissue.png', example('tissue_256x256.png')]]);
  await at(`#/datasets/${id}/run?params={"channels":["Actin",0]}`);
  await page.getByRole('button', { name: 'Run on 1 image' }).click();
  const refusal = page.locator('.field').filter({ hasText: 'Channels' }).getByRole('alert');
  await refusal.filter({ hasText: "'Actin' is the name of no channel" }).waitFor();
});

test('an image without cells is a result like others', async (t) => {
  const { api, page, at } = await logIn(t);
  const id = await api.upload('Blank', [['blank.png', greyPng(64, () => 20)]]);
  await at(`#/inferences/${await api.run(id)}`);
  const row = page.locator('.result-row');
  await row.locator('.cells').filter({ hasText: /^0$/ }).waitFor();
  assert.match(await row.innerText(), /same value/);
  await page.getByRole('link', { name: 'blank.png' }).click();
  await page.getByText('No cells were found in this image.').waitFor();
  await page.locator('.openseadragon-canvas').waitFor();
  assert.deepEqual(page.faults, []);
});

test('5,000 images are a list like others', async (t) => {
  const { api, page, at } = await logIn(t);
  const one = greyPng(16, (x, y) => (x * y) % 256);
  const files = Array.from({ length: 5000 }, (_, index) => [`plate_${String(index).padStart(4, '0')}.png`, one]);
  const id = await api.upload('Plate', files);
  await at(`#/datasets/${id}`);
  await page.getByText('5,000 images', { exact: true }).first().waitFor();
  await page.locator('.tile').first().focus();
  await page.keyboard.press('End');
  await page.locator('.tile:focus').filter({ hasText: 'plate_4999.png' }).waitFor();
  assert.ok((await page.locator('.tile').count()) < 100);
  await page.keyboard.press('ArrowLeft');
  await page.locator('.tile:focus').filter({ hasText: 'plate_4998.png' }).waitFor();
  await page.getByLabel('Filter images by name').fill('0123');
  await page.locator('.tile').filter({ hasText: 'plate_0123.png' }).waitFor();
  assert.equal(await page.locator('.tile').count(), 1);
});
