// What a person does: sign up, upload, set up a run, watch it, look at the result, take it home.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { accessibilityFaults, launch, newPage, signUpByForm } from './browser.mjs';
import { tiff16 } from './images.mjs';
import { Api, example, PASSWORD, Server } from './server.mjs';

const HOSTILE = '<img src=x onerror="window.hacked=1"> & "q".png';
let server;
let browser;
let page;
/** Bytes on the wire of each script, style and font that came, by path. */
const assets = new Map();
/** All that was asked for. */
const addresses = [];

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  page = await newPage(browser, 'about:blank');
  page.on('request', (request) => addresses.push(request.url()));
  page.on('requestfinished', async (request) => {
    const { pathname } = new URL(request.url());
    const size = pathname.startsWith('/assets/') && (await request.sizes().catch(() => null));
    if (size) assets.set(pathname, Math.max(size.responseBodySize, assets.get(pathname) ?? 0));
  });
  await page.goto(server.url);
});

after(async () => {
  await browser?.close();
  await server?.remove();
});

const looksRight = async () => {
  assert.deepEqual(await accessibilityFaults(page), []);
  assert.deepEqual(page.faults, []);
};

test('a first visit says what this is, and one signs up', async () => {
  await page.getByRole('heading', { level: 1, name: /Every cell in your microscope images/ }).waitFor();
  assert.equal(await page.locator('.welcome-examples li').count(), 4);
  await looksRight();
  await signUpByForm(page, 'ro');
  await page
    .getByText(/username/i)
    .filter({ hasText: /3/ })
    .waitFor();
  assert.equal(await page.getByLabel('Username').getAttribute('aria-invalid'), 'true');
  await signUpByForm(page, 'rosalind');
  await page.getByRole('heading', { name: 'Drop images or a folder here' }).waitFor();
  await looksRight();
});

test('images are uploaded, and one that is refused says why while the others go on', async () => {
  const name = { name: HOSTILE, mimeType: 'image/png' };
  await page
    .locator('input[data-pick=files]')
    .first()
    .setInputFiles([
      { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('These are no cells.') },
      { name: 'tissue.png', mimeType: 'image/png', buffer: example('tissue_256x256.png') },
      { name: 'dapi16.tif', mimeType: 'image/tiff', buffer: tiff16('fluorescence_small_256x256.png') },
      { ...name, buffer: example('histology_he_256x320.png') },
    ]);
  await page.getByText('3 of 4 files uploaded · 1 refused').waitFor();
  const bar = page.getByRole('progressbar', { name: 'Upload of tissue.png' });
  assert.equal(await bar.getAttribute('aria-valuenow'), '100');
  await page.getByRole('heading', { level: 1, name: /^Images of/ }).waitFor();
  const refused = page.locator('.upload-row.refused');
  assert.match(await refused.innerText(), /notes\.txt[\s\S]*(PNG|image)/i);
  await page.locator('.tile').nth(2).waitFor();
  assert.equal(await page.locator('.tile').filter({ hasText: HOSTILE }).count(), 1);
  await page.waitForFunction(() => document.querySelectorAll('.tile .thumbnail img').length === 3);
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  await looksRight();
  await page.getByRole('button', { name: 'Close' }).click();
});

test('settings are checked where they are typed, and a preview shows what they find', async () => {
  await page.getByRole('link', { name: 'Run a model' }).first().click();
  const models = page.getByRole('group', { name: 'Model' });
  await models.getByText('Finds cell nuclei in fluorescence').waitFor();
  await models.getByRole('button', { name: 'CC0-1.0: read the licence of Nuclei (Cellpose)' }).click();
  await page.getByLabel('Text of the licence').getByText('CC0 1.0 Universal').waitFor();
  await looksRight();
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page
    .getByRole('status')
    .filter({ hasText: /[1-9]\d* cells? here/ })
    .waitFor();
  const diameter = page.getByRole('textbox', { name: /^Diameter px/ });
  await diameter.fill('many');
  await page.getByText('This is not a number.').waitFor();
  assert.equal(await page.getByRole('button', { name: /^Run on/ }).isDisabled(), true);
  await diameter.fill('17');
  await page.waitForFunction(() => location.hash.includes('diameter'));
  await page
    .getByRole('status')
    .filter({ hasText: /diameter 17 px/ })
    .waitFor();
  await looksRight();
  await page.reload();
  assert.equal(await page.getByRole('textbox', { name: /^Diameter px/ }).inputValue(), '17');
});

test('a run is started, left, and found again when it has ended', async () => {
  await page.getByRole('button', { name: 'Run on 3 images' }).click();
  await page.getByRole('heading', { level: 1, name: /^Nuclei \(Cellpose\) on Images of/ }).waitFor();
  await page.getByRole('link', { name: 'Runs', exact: true }).click();
  await page.locator('.run-table-row').first().click();
  await page.locator('.page-header .badge').filter({ hasText: 'Completed' }).waitFor();
  const cells = await page.locator('.result-row .cells').allInnerTexts();
  assert.equal(cells.length, 3);
  for (const text of cells) assert.ok(Number(text) > 3, `${text} cells`);
  for (const text of await page.locator('.result-row .diameter').allInnerTexts()) assert.match(text, /^[\d.]+ px$/);
  for (const text of await page.locator('.result-row .seconds').allInnerTexts()) assert.match(text, /^[\d.]+$/);
  await looksRight();
});

test('rows are sorted and filtered, and the address keeps how', async () => {
  await page.getByRole('button', { name: 'Sort by cells' }).click();
  const cells = (await page.locator('.result-row .cells').allInnerTexts()).map(Number);
  assert.deepEqual(
    cells,
    [...cells].sort((a, b) => b - a),
  );
  await page.getByLabel('Filter images by name').fill('onerror');
  await page.reload();
  await page.getByText('1 of 3 images').waitFor();
  assert.equal(await page.locator('.result-row').count(), 1);
  await page.getByLabel('Filter images by name').fill('');
});

test('results are taken home: all of them, one of them, and as code', async () => {
  const [archive] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download ZIP' }).click(),
  ]);
  assert.match(archive.suggestedFilename(), /\.zip$/);
  assert.equal(
    readFileSync(await archive.path())
      .subarray(0, 2)
      .toString(),
    'PK',
  );
  await page.getByRole('button', { name: 'Download one result of tissue.png' }).click();
  const [table] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: /measurements/ }).click(),
  ]);
  assert.match(readFileSync(await table.path(), 'utf8'), /^label,/);
  await page.getByRole('button', { name: 'Copy as code' }).click();
  const dialog = page.getByRole('dialog');
  assert.match(await dialog.locator('pre').innerText(), /curl -sSf "\$api\/inferences\/start"/);
  await looksRight();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
});

test('the code does what it says', async () => {
  const codeOf = async (language) => {
    await page.getByRole('button', { name: 'Copy as code' }).click();
    await page.getByRole('button', { name: language, exact: true }).click();
    const text = await page.getByRole('dialog').locator('pre').innerText();
    await page.keyboard.press('Escape');
    return text;
  };
  const folder = mkdtempSync(path.join(tmpdir(), 'intelliclinix-code-'));
  const run = (program, text) =>
    execFileSync(program, ['-c', text], { cwd: folder, input: `${PASSWORD}\n`, stdio: 'pipe' });
  run('bash', await codeOf('curl'));
  run('python3', await codeOf('Python'));
  const archives = readdirSync(folder);
  assert.equal(archives.length, 2);
  for (const name of archives) assert.equal(readFileSync(path.join(folder, name)).subarray(0, 2).toString(), 'PK');
  rmSync(folder, { recursive: true });
});

test('an image opens in the viewer, and its address is a link to it', async () => {
  // The order is that of the dataset: the first file that was taken made it, those that are sent at once come in any.
  const api = await Api.logIn(server.url, 'rosalind');
  const { results } = await api.get(`/api/inferences/${/inferences\/([0-9a-f]{24})/.exec(page.url())[1]}`);
  const names = results.map((result) => result.source_filename);
  assert.equal(names[0], 'tissue.png');
  await page.getByRole('link', { name: 'tissue.png' }).click();
  await page.locator('.viewer-stage > *').first().waitFor();
  assert.match(page.url(), /#\/inferences\/[0-9a-f]{24}\/images\/[0-9a-f]{24}/);
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'tissue.png' }).waitFor();
  await page.getByRole('link', { name: 'Next image' }).click();
  await page.getByRole('heading', { level: 1, name: names[1], exact: true }).waitFor();
  assert.deepEqual(page.faults, []);
});

test('a dataset is deleted only after a question, the example images come in its place, and one logs out', async () => {
  await page.goto(`${server.url}/#/datasets`);
  await page.getByRole('button', { name: /^More for/ }).click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await page.getByRole('button', { name: 'Keep' }).click();
  assert.equal(await page.locator('.dataset-card').count(), 1);
  await page.getByRole('button', { name: /^More for/ }).click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await page.getByRole('button', { name: 'Delete dataset' }).click();
  await page.getByRole('heading', { name: 'Drop images or a folder here' }).waitFor();
  await page.getByRole('button', { name: 'Use the example images' }).click();
  await page.getByRole('heading', { level: 1, name: 'Example images' }).waitFor();
  await page.getByText('4 files uploaded').waitFor();
  const token = await page.evaluate(() => JSON.parse(localStorage.getItem('intelliclinix.session')).token);
  assert.deepEqual(
    addresses.filter((address) => address.includes(token) || !/^(blob:)?http:\/\/127\.0\.0\.1:/.test(address)),
    [],
  );
  await page.getByRole('button', { name: 'account of rosalind' }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).click();
  await page.getByText('You are logged out.').waitFor();
  assert.deepEqual(page.faults, []);
});

test('all code of the page, the viewer too, is small', () => {
  const all = [...assets.values()].reduce((sum, size) => sum + size, 0);
  assert.ok(assets.size >= 4 && all > 50_000, `${assets.size} files, ${all} bytes`);
  assert.ok(all < 300_000, `${all} bytes`);
});
