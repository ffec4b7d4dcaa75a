// A stack in depth and time with two channels: its planes are looked at, chosen, run each on its own, and compared.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessibilityFaults, launch, newPage } from './browser.mjs';
import { omeTiff } from './images.mjs';
import { Api, Server, until } from './server.mjs';
import { Stage } from './stage.mjs';

const SIDE = 192;
/** How many discs a plane has, by time and depth. */
const DISCS = [
  [3, 5, 7],
  [8, 4, 10],
];

let server;
let browser;
let page;
let api;
let dataset;
let stage;

/** Discs of a diameter of 18 px on a grid in the first channel, a slope in the second. */
function sample(x, y, { c, z, t }) {
  if (c === 1) return 200 + x;
  const [column, row] = [Math.floor(x / 48), Math.floor(y / 48)];
  const away = Math.hypot((x % 48) - 24, (y % 48) - 24);
  const noise = (x * 7 + y * 13) % 40;
  return noise + (row * 4 + column < DISCS[t][z] && away < 9 ? 3000 - 100 * away : 100);
}

/** The measurements of the image's planes, in their order: the number of cells of each, and where they are. */
async function cellsOf(run) {
  const { results } = await api.get(`/api/inferences/${run}`);
  const tables = results[0].artifacts.filter(({ kind }) => kind === 'measurements');
  return Promise.all(
    tables.map(async ({ gridfs_id: id }) => {
      const headers = { Authorization: `Bearer ${api.token}` };
      const text = await (await fetch(`${server.url}/api/files/${id}`, { headers })).text();
      const [names, ...rows] = text
        .trim()
        .split('\n')
        .map((line) => line.split(','));
      return rows.map((row) => Object.fromEntries(names.map((name, i) => [name, Number(row[i])])));
    }),
  );
}

/** How bright the preview is in the middle of the tenth disc, its three colours added. */
const tenthDisc = () =>
  page.locator('.preview-pixels').evaluate((canvas) => {
    const [red, green, blue] = canvas.getContext('2d').getImageData(72, 120, 1, 1).data;
    return red + green + blue;
  });

const looksRight = async () => {
  assert.deepEqual(await accessibilityFaults(page), []);
  assert.deepEqual(page.faults, []);
};
const counted = (cells) =>
  until(
    async () => (await page.locator('.vw-counts p').allInnerTexts())[0] === `${cells.length} cells`,
    `${cells.length} cells are told of`,
  );

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  api = await Api.signUp(server.url);
  const file = omeTiff({ side: SIDE, depth: 3, times: 2, channels: ['DAPI', 'Actin'] }, sample);
  dataset = await api.upload('Stack', [['stack.ome.tif', file]]);
  page = await newPage(browser, server.url, { api });
});

after(async () => {
  await browser?.close();
  await server?.remove();
});

test('pages that do not say what they are are asked for when they are uploaded', async () => {
  const pages = omeTiff({ side: 32, depth: 3, times: 1, channels: ['DAPI'], described: false }, sample);
  await page
    .locator('input[data-pick=files]')
    .first()
    .setInputFiles([{ name: 'pages.tif', mimeType: 'image/tiff', buffer: pages }]);
  await page.getByLabel('What the pages of pages.tif are').selectOption('ZYX');
  await page.getByText('1 file uploaded').waitFor();
  await page.getByRole('heading', { level: 1, name: 'pages' }).waitFor();
  const { files } = await api.get(`/api/datasets/${/datasets\/([0-9a-f]{24})/.exec(page.url())[1]}`);
  assert.deepEqual([files[0].depth, files[0].times], [3, 1]);
});

test('what a run leaves open is asked for, the preview shows the plane that is chosen, and each plane is run', async () => {
  await page.goto(`${server.url}/#/datasets/${dataset}/run`);
  await page.locator('.group').getByRole('alert').getByText('2 points in time').waitFor();
  const preview = page.getByRole('region', { name: 'Preview' });
  await preview.getByLabel('Time (t)').fill('2');
  await page.locator('.group').getByRole('alert').getByText('3 planes in depth').waitFor();
  await preview.getByLabel('Depth (z)').fill('2');
  const found = preview.getByRole('status').filter({ hasText: /cells? here/ });
  await found.filter({ hasText: /^4 cells here/ }).waitFor();
  await until(async () => (await tenthDisc()) < 230, 'the plane of four discs is shown');
  await looksRight();
  await page.getByRole('button', { name: 'Reset to defaults' }).click();
  await preview.getByLabel('Time (t)').fill('2');
  await page.getByRole('combobox', { name: 'Projection of planes' }).selectOption('max');
  await found.filter({ hasText: /^10 cells here/ }).waitFor();
  await until(async () => (await tenthDisc()) > 300, 'the discs of all planes are shown');
  await page.getByRole('combobox', { name: 'Projection of planes' }).selectOption('not set');
  await page.getByRole('combobox', { name: 'Planes in depth' }).selectOption('each');
  await found.filter({ hasText: /^4 cells here/ }).waitFor();
  await page.getByRole('combobox', { name: 'Cells' }).selectOption('1 · DAPI');
  await page.getByRole('button', { name: 'Run on 1 image' }).click();
  await page.locator('.page-header .badge').filter({ hasText: 'Completed' }).waitFor();
  await page.getByRole('button', { name: 'Download one result of stack.ome.tif' }).click();
  await page.getByRole('menuitem', { name: 'label mask, plane 3' }).waitFor();
  await page.keyboard.press('Escape');
});

test('the slider and the keys go through the planes, each with its own masks, and the address keeps where', async () => {
  const planes = await cellsOf(/inferences\/([0-9a-f]{24})/.exec(page.url())[1]);
  assert.deepEqual(
    planes.map((cells) => cells.length),
    DISCS[1],
  );
  await page.getByRole('link', { name: 'stack.ome.tif' }).click();
  await counted(planes[0]);
  stage = new Stage(page, SIDE, SIDE);
  // Without channels the masks alone have colours.
  await page.getByRole('tab', { name: 'Display' }).click();
  for (const name of ['DAPI', 'Actin']) await page.getByLabel(`Show ${name}`).uncheck();
  await page.getByRole('tab', { name: 'Cells' }).click();
  await stage.drawn();
  assert.equal(await page.getByLabel('Time (t)').inputValue(), '1');
  const first = await stage.colouredPixels();
  await stage.click(planes[0][5]);
  await page.getByRole('heading', { name: 'Cell 6' }).waitFor();
  await page.getByLabel('Depth (z)').fill('1');
  await counted(planes[1]);
  await until(async () => (await stage.colouredPixels()) < first, 'fewer cells are drawn');
  assert.equal(await page.getByRole('heading', { name: 'Cell 6' }).count(), 0);
  await page.keyboard.press('.');
  await counted(planes[2]);
  await until(async () => (await stage.colouredPixels()) > first, 'more cells are drawn');
  await stage.click(planes[2][8]);
  await page.getByRole('heading', { name: 'Cell 9' }).waitFor();
  await page.waitForFunction(() => /z=2.*cell=9/.test(location.hash));
  await looksRight();
  await page.reload();
  await page.getByRole('heading', { name: 'Cell 9' }).waitFor();
  await counted(planes[2]);
  await page.keyboard.press('<');
  await page.getByText('The masks are of time 2').waitFor();
  await page.waitForFunction(() => /z=2&t=0/.test(location.hash));
  await page.getByRole('img', { name: /^Scale bar: \d+ µm/ }).waitFor();
  await page.getByRole('tab', { name: 'Correct' }).click();
  await page.getByText('This run has masks of each plane').waitFor();
});

test('channels have the names and the looks that the file gives them', async () => {
  await page.keyboard.press('m');
  await page.getByRole('tab', { name: 'Display' }).click();
  await until(async () => (await stage.brightness()) === 0, 'masks and channels are hidden');
  await page.getByLabel('Show DAPI').check();
  await until(async () => (await stage.colouredPixels()) > 0, 'a channel is shown in its colour');
  assert.equal(await page.getByLabel('Time (t)').inputValue(), '0');
  const dark = await stage.brightness();
  await page.keyboard.press('>');
  await until(async () => (await stage.brightness()) > dark, 'the other point in time is shown');
  const one = await stage.brightness();
  await page.getByLabel('Show Actin').check();
  await until(async () => (await stage.brightness()) > one, 'the other channel is added');
});

test('a run of one plane opens at that plane, and is compared with the same plane of another run', async () => {
  const each = /inferences\/([0-9a-f]{24})/.exec(page.url())[1];
  const run = await api.run(dataset, { plane: { z: 2, t: 2 }, channels: ['DAPI', 0] });
  const [cells] = await cellsOf(run);
  const { results } = await api.get(`/api/inferences/${run}`);
  await page.goto(`${server.url}/#/inferences/${run}/images/${results[0].original_gridfs_id}?compare=${each}`);
  await counted(cells);
  assert.equal(await page.getByLabel('Depth (z)').inputValue(), '1');
  await page.locator('.vw-legend').getByText(`${cells.length} in both`).waitFor();
  await page.keyboard.press('.');
  await page.getByText('The masks are of plane 2').waitFor();
  await page.locator('.vw-legend').getByText(`${DISCS[1][2] - cells.length} only right`).waitFor();
  await looksRight();
});

test('a run of the maximum of all planes opens with that maximum under its masks', async () => {
  const run = await api.run(dataset, { plane: { t: 2 }, z_project: 'max', channels: ['DAPI', 0] });
  const [cells] = await cellsOf(run);
  assert.equal(cells.length, Math.max(...DISCS[1]));
  const { results } = await api.get(`/api/inferences/${run}`);
  await page.goto(`${server.url}/#/inferences/${run}/images/${results[0].original_gridfs_id}`);
  await counted(cells);
  const maximum = page.getByRole('button', { name: 'Max of all planes' });
  const mean = page.getByRole('button', { name: 'Mean of all planes' });
  assert.equal(await maximum.getAttribute('aria-pressed'), 'true');
  await page.keyboard.press('m');
  await page.getByRole('tab', { name: 'Display' }).click();
  await page.getByLabel('Show Actin').uncheck();
  const brightness = async () => {
    await stage.drawn();
    return stage.brightness();
  };
  const bright = await brightness();
  await mean.click();
  await page.getByText('The masks are of the maximum of all planes').waitFor();
  await until(async () => (await stage.brightness()) < bright, 'the mean is darker');
  await page.waitForFunction(() => /z=mean/.test(location.hash));
  await page.getByLabel('Depth (z)').fill('1');
  assert.equal(await mean.getAttribute('aria-pressed'), 'false');
  await page.keyboard.press('o');
  assert.equal(await maximum.getAttribute('aria-pressed'), 'true');
  await until(async () => (await stage.brightness()) === bright, 'the maximum is shown again');
  await looksRight();
});
