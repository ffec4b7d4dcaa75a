// The viewer as people use it: look, choose cells, filter, compare, correct.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessibilityFaults, launch, newPage, openTab } from './browser.mjs';
import { Api, example, Server, until } from './server.mjs';
import { Stage } from './stage.mjs';

const IMAGE = 'fluorescence_dapi_520x696.png';
let server;
let browser;
let page;
let stage;
let api;
let run;
let other;
let cells;

/** Where the viewer of the image is; `query` is a state in the address. */
const address = (query = '') => `/#/inferences/${run._id}/images/${run.results[0].original_gridfs_id}${query}`;

async function open(query, ready = '.vw-tr[aria-selected]') {
  await page.goto('about:blank');
  await page.goto(server.url + address(query));
  await page.locator(ready).first().waitFor();
  stage = new Stage(page, 696, 520);
  await stage.drawn();
}

/** The measurements of the run, as objects of numbers. */
async function measurements(inference) {
  const { gridfs_id: id } = inference.results[0].artifacts.find(({ kind }) => kind === 'measurements');
  const text = await (
    await fetch(`${server.url}/api/files/${id}`, { headers: { Authorization: `Bearer ${api.token}` } })
  ).text();
  const [names, ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  return rows.map((row) => Object.fromEntries(names.map((name, i) => [name, Number(row[i])])));
}

const counted = () => page.locator('.vw-counts p').innerText();
const looksRight = async () => {
  assert.deepEqual(await accessibilityFaults(page), []);
  assert.deepEqual(page.faults, []);
};

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  api = await Api.signUp(server.url);
  const dataset = await api.upload('Nuclei', [[IMAGE, example(IMAGE)]]);
  run = await api.get(`/api/inferences/${await api.run(dataset)}`);
  other = await api.get(`/api/inferences/${await api.run(dataset, { diameter: 60 })}`);
  cells = await measurements(run);
  page = await newPage(browser, server.url, { api });
});

after(async () => {
  await browser?.close();
  await server?.remove();
});

test('an image is shown with the outlines of its cells, which can be hidden', async () => {
  await open();
  assert.equal(await counted(), `${cells.length} cells`);
  const withMasks = await stage.colouredPixels();
  assert.ok(withMasks > 5000, `${withMasks} coloured pixels`);
  await page.getByLabel('Masks', { exact: true }).uncheck();
  await until(async () => (await stage.colouredPixels()) === 0, 'no masks are drawn');
  await page.keyboard.press('m');
  await until(async () => (await stage.colouredPixels()) === withMasks, 'the masks are drawn again');
  await page.getByRole('radio', { name: 'Fill' }).click();
  await until(async () => (await stage.colouredPixels()) > 2 * withMasks, 'the masks are filled');
  const half = await stage.brightness();
  await page.getByLabel('Opacity of the masks').fill('1');
  await until(async () => (await stage.brightness()) > half, 'the masks are stronger');
  await page.waitForFunction(() => location.hash.includes('masks=fill-100'));
  await looksRight();
});

test('a cell under the pointer tells what it is, and a click finds it in the table', async () => {
  const cell = cells[Math.floor(cells.length / 2)];
  await stage.hover(cell);
  const tip = page.locator('.vw-tip');
  await tip.getByText(`Cell ${cell.label}`).waitFor();
  assert.match(await tip.innerText(), new RegExp(`Area \\(px\\)\\s+${cell.area}`));
  await stage.click(cell);
  const row = page.getByRole('row', { selected: true });
  assert.match(await row.innerText(), new RegExp(`^${cell.label}\\s+${cell.area}\\s`));
  assert.match(
    await page.locator('.vw-details').innerText(),
    new RegExp(`Cell ${cell.label}[\\s\\S]*Confidence\\s+${cell.cell_probability.toFixed(3)}`),
  );
  await page.waitForFunction((label) => location.hash.includes(`cell=${label}`), cell.label);
  await looksRight();
});

test('a row of the table leads to its cell, by the pointer and by keys', async () => {
  await page.getByRole('button', { name: 'Show at 100 %' }).or(page.locator('.vw-scale-text')).first().click();
  const last = cells.at(-1);
  await page.locator('.vw-table').focus();
  await page.keyboard.press('End');
  await until(
    async () => (await page.locator('.vw-details h2').innerText()) === `Cell ${last.label}`,
    'the last cell is selected',
  );
  await stage.settled();
  await page.keyboard.press('Home');
  await until(
    async () => (await page.locator('.vw-details h2').innerText()) === `Cell ${cells[0].label}`,
    'the first cell is selected',
  );
  await stage.settled();
  await page.locator('.openseadragon-canvas').first().press('0');
  await stage.settled();
});

test('cells are filtered by dragging on the histogram and by typing, counts follow, the address keeps it', async () => {
  await open();
  const areas = cells.map(({ area }) => area).sort((a, b) => a - b);
  const limit = areas[Math.floor(areas.length / 2)];
  await page.getByLabel('Area (px), from').fill(String(limit));
  await page.getByLabel('Area (px), from').press('Enter');
  const kept = areas.filter((area) => area >= limit).length;
  await until(async () => (await counted()) === `${kept} of ${cells.length} cells`, `${kept} cells are left`);
  const box = await page.locator('.vw-filter .vw-histogram').boundingBox();
  await page.mouse.move(box.x + box.width - 1, box.y + 30);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.8, box.y + 30, { steps: 4 });
  await page.mouse.up();
  const to = Number(await page.getByLabel('Area (px), to').inputValue());
  assert.ok(to < areas.at(-1) && to > limit, `upper limit ${to}`);
  const shown = Number((await counted()).split(' ')[0]);
  assert.ok(Math.abs(shown - areas.filter((area) => area >= limit && area <= to).length) <= 1, `${shown} cells`);
  await page.waitForFunction((limit) => {
    const kept = /filter=area:[\d.]+?\.\.([\d.]+)/.exec(decodeURIComponent(location.hash));
    return kept && Math.abs(Number(kept[1]) / limit - 1) < 1e-3;
  }, to);
  await page.reload();
  await page.locator('.vw-chip').waitFor();
  assert.equal(Number((await counted()).split(' ')[0]), shown);
  await looksRight();
  await page.locator('.vw-chip').click();
  assert.equal(await counted(), `${cells.length} cells`);
  await page.getByLabel('Filter cells by').selectOption('Confidence');
  await page.getByLabel('Confidence, from').fill('0.8');
  await page.getByLabel('Confidence, from').press('Enter');
  const sure = cells.filter((cell) => cell.cell_probability >= 0.8).length;
  assert.ok(sure > 0 && sure < cells.length, `${sure} cells`);
  await until(async () => (await counted()) === `${sure} of ${cells.length} cells`, `${sure} cells are left`);
});

test('contrast, gamma and colour change the picture, and the address keeps them', async () => {
  await open('?masks=outline-50-off');
  const plain = await stage.brightness();
  await page.getByRole('tab', { name: 'Display' }).click();
  await page.getByLabel('Intensity, to').fill('20');
  await page.getByLabel('Intensity, to').press('Enter');
  await until(async () => (await stage.brightness()) > plain * 1.2, 'the picture is brighter');
  await page.getByLabel('Colour of Intensity').fill('#ff0000');
  await until(async () => (await stage.colouredPixels()) > 1000, 'the picture is red');
  await page.waitForFunction(() => /channels=0%3A/.test(location.hash));
  await looksRight();
  await page.getByRole('button', { name: 'As at first', exact: true }).click();
  await until(async () => (await stage.brightness()) === plain, 'the picture is as at first');
});

test('two runs are shown side by side, move together, and what differs is counted', async () => {
  await open(`?compare=${other._id}`);
  const legend = page.locator('.vw-legend');
  await legend.waitFor();
  const [both, left, right] = (await legend.innerText()).match(/\d+/g).map(Number);
  assert.equal(both + left, cells.length);
  assert.equal(both + right, other.results[0].objects);
  assert.ok(left + right > 0, 'the runs differ');
  // Cells that both have are grey.
  for (const [side, alone] of [left, right].entries())
    await until(async () => (await stage.colouredPixels(side)) > 0 === alone > 0, 'the cells that differ are marked');
  await page.getByLabel('Masks', { exact: true }).uncheck();
  await page.locator('.openseadragon-canvas').first().press('+');
  await page.keyboard.press('ArrowRight');
  await stage.settled();
  await until(() => stage.sidesAgree(), 'both sides show the same part');
  await page.getByLabel('Masks', { exact: true }).check();
  await page.getByRole('button', { name: 'Next difference' }).click();
  await stage.settled();
  await looksRight();
  await page.getByRole('button', { name: 'End the comparison' }).click();
  assert.equal(await page.locator('.vw-stage').count(), 1);
});

test("masks are corrected, kept while unsaved, and saved with the machine's scores", async () => {
  await open('?tab=correct', '.vw-tools');
  // Two cells to merge whose boxes do not lie at the border; one to delete; one to split.
  const inner = cells.filter((cell) => cell.touches_edge === 0 && cell.area > 300);
  const [first, second, gone, cut] = [inner[0], inner[1], inner[4], inner[7]];
  await stage.click(first);
  await page.keyboard.down('Shift');
  await stage.click(second);
  await page.keyboard.up('Shift');
  await page.keyboard.press('g');
  await page.getByText('1 edit', { exact: true }).waitFor();
  await stage.click(gone);
  await page.keyboard.press('Delete');
  await page.getByText('2 edits', { exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('s');
  await stage.drag([cut['centroid-1'], cut['bbox-0'] - 3], [cut['centroid-1'], cut['bbox-2'] + 3]);
  await page.getByText('3 edits', { exact: true }).waitFor();
  await looksRight();

  await page.reload();
  await page.getByText('3 unsaved edits of this image were kept in this browser.').waitFor();
  assert.equal(await page.locator('.vw-counts').count(), 0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('2 edits', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Redo' }).click();
  await page.getByText('3 edits', { exact: true }).waitFor();

  await page.getByLabel('Note of the correction').fill('By <b>hand</b>');
  await page.getByRole('button', { name: 'Save correction' }).click();
  await page.getByText('Saved as version 1.').waitFor();
  const [saved] = await api.get(`/api/inferences/${run._id}/corrections`);
  assert.equal(saved.objects, cells.length - 1);
  assert.equal(saved.note, 'By <b>hand</b>');
  const version = page.locator('.vw-versions li').first();
  assert.match(
    await version.innerText(),
    new RegExp(`${saved.objects} cells[\\s\\S]*By <b>hand</b>[\\s\\S]*${saved.scores.ap50.toFixed(3)}`),
  );
  await looksRight();
  await page.getByRole('tab', { name: 'Cells' }).click();
  await until(async () => (await counted()) === `${saved.objects} cells`, 'the correction is shown');

  await page.getByRole('tab', { name: 'Correct' }).click();
  await page.getByRole('button', { name: "Compare version 1 with the machine's mask" }).click();
  const numbers = (await page.locator('.vw-legend').innerText()).match(/\d+/g).map(Number);
  assert.equal(numbers[0] + numbers[1], cells.length);
  assert.equal(numbers[0] + numbers[2], saved.objects);
  await page.getByRole('button', { name: 'End the comparison' }).click();
});

test('cells are drawn and erased with the brush, also by keys alone', async () => {
  await open('?tab=correct', '.vw-tools');
  await page.getByRole('radio', { name: 'Draw' }).click();
  await stage.drag([4, 4], [30, 4]);
  await page.getByText('1 edit', { exact: true }).waitFor();
  assert.match(await page.locator('.vw-correct').innerText(), /Draw cell \d+/);
  const other = await openTab(page.context(), server.url + address('?tab=correct'));
  await other.getByText('These masks are being corrected in another tab.').waitFor();
  await other.close();
  await page.getByRole('radio', { name: 'Erase' }).click();
  await stage.drag([16, 0], [16, 9]);
  await page.getByText('2 edits', { exact: true }).waitFor();
  const canvas = page.locator('.openseadragon-canvas').first();
  await canvas.press('Escape');
  await canvas.press('1');
  await stage.settled();
  await canvas.press('b');
  await canvas.press('}');
  for (let step = 0; (await page.getByText('3 edits', { exact: true }).count()) === 0 && step < 12; step += 1) {
    await canvas.press('Enter');
    await canvas.press('ArrowUp');
    await stage.settled();
  }
  await page.getByText('3 edits', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Discard…' }).click();
  await page.getByRole('button', { name: 'Discard 3 edits' }).click();
  await page.getByText('No unsaved edits.').waitFor();
  await page.reload();
  await page.getByText('No unsaved edits.').waitFor();
});

test('all keys are told of, and the picture is reached and read without a pointer', async () => {
  await open();
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Fit the image').waitFor();
  await looksRight();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await page.keyboard.press('n');
  await until(
    async () => (await page.locator('.vw-details h2').innerText()) === `Cell ${cells[0].label}`,
    'the first cell',
  );
});

test('it fits a tablet, in the dark, and follows fingers', async () => {
  const tablet = { viewport: { width: 820, height: 1180 }, colorScheme: 'dark', hasTouch: true };
  await page.context().close();
  page = await newPage(browser, server.url, { api, ...tablet });
  await open();
  await stage.tap(cells[3]);
  await page.getByRole('heading', { name: `Cell ${cells[3].label}`, exact: true }).waitFor();
  await looksRight();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
});
