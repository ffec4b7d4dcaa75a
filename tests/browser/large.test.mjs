// 100,000 cells in an image of 10,000 x 10,000: panned and zoomed, by the page's own count of the frames that it drew.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import { launch, newPage } from './browser.mjs';
import { Api, Server, until } from './server.mjs';
import { Stage } from './stage.mjs';

const SIDE = 10_000;
const STEP = 31;
const COLUMNS = 317;
const CELLS = COLUMNS * COLUMNS;

let server;
let browser;
let page;
let stage;
let api;

/** The cells of a row of pixels: discs on a grid, of radii from 8 to 15; 0 between them. */
function drawRow(y, cells) {
  cells.fill(0);
  const row = Math.floor(y / STEP);
  const dy = (y % STEP) - 15;
  for (let column = 0; column < COLUMNS && row < COLUMNS; column += 1) {
    const label = 1 + row * COLUMNS + column;
    const radius = 8 + ((label * 7919) % 8);
    const half = Math.floor(Math.sqrt(radius * radius - dy * dy));
    const middle = column * STEP + 15;
    if (half >= 0) cells.fill(label, middle - half, middle + half + 1);
  }
}

function chunk(type, content) {
  const body = Buffer.concat([Buffer.from(type), content]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(content.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

function image() {
  const rows = Buffer.alloc(SIDE * (SIDE + 1));
  const cells = new Uint32Array(SIDE);
  for (let y = 0; y < SIDE; y += 1) {
    drawRow(y, cells);
    for (let x = 0; x < SIDE; x += 1) {
      const cell = cells[x];
      rows[y * (SIDE + 1) + 1 + x] = cell ? 90 + ((cell * 31 + x + y) % 120) : (x * 7 + y * 13) % 24;
    }
  }
  const head = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0]);
  head.writeUInt32BE(SIDE, 0);
  head.writeUInt32BE(SIDE, 4);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(rows, { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A TIFF of 32 bits with deflated strips: the masks as somebody would send them back. */
function labels() {
  const rows = 100;
  const strips = Array.from({ length: SIDE / rows }, (_, strip) => {
    const pixels = new Uint32Array(rows * SIDE);
    for (let y = 0; y < rows; y += 1) drawRow(strip * rows + y, pixels.subarray(y * SIDE, (y + 1) * SIDE));
    return deflateSync(Buffer.from(pixels.buffer), { level: 1 });
  });
  const tags = [
    [256, 1, SIDE],
    [257, 1, SIDE],
    [258, 1, 32],
    [259, 1, 8],
    [262, 1, 1],
    [273, strips.length, 0],
    [277, 1, 1],
    [278, 1, rows],
    [279, strips.length, 0],
    [339, 1, 1],
  ];
  const lists = 8 + 2 + tags.length * 12 + 4;
  const head = Buffer.alloc(lists + 8 * strips.length);
  tags[5][2] = lists;
  tags[8][2] = lists + 4 * strips.length;
  head.write('II*\0', 0, 'latin1');
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(tags.length, 8);
  tags.forEach(([tag, count, value], i) => {
    head.writeUInt16LE(tag, 10 + 12 * i);
    head.writeUInt16LE(4, 12 + 12 * i);
    head.writeUInt32LE(count, 14 + 12 * i);
    head.writeUInt32LE(value, 18 + 12 * i);
  });
  let offset = head.length;
  strips.forEach((strip, i) => {
    head.writeUInt32LE(offset, lists + 4 * i);
    head.writeUInt32LE(strip.length, lists + 4 * (strips.length + i));
    offset += strip.length;
  });
  return Buffer.concat([head, ...strips]);
}

/** The masks come by the way that people's corrections come: a run of a model that finds nothing of such a size, then a
 * correction of it with all the cells. What is drawn is drawn as any other label image is. */
before(async () => {
  const [picture, masks] = [image(), labels()];
  [server, browser] = await Promise.all([Server.start(), launch()]);
  api = await Api.signUp(server.url);
  const dataset = await api.upload('Large', [['large.png', picture]]);
  const run = await api.get(`/api/inferences/${await api.run(dataset, { diameter: 900, outputs: ['label_mask'] })}`);
  const form = new FormData();
  form.append('source_filename', 'large.png');
  form.append('file', new Blob([masks]), 'large.tif');
  const correction = await api.send('POST', `/api/inferences/${run._id}/corrections`, form);
  page = await newPage(
    browser,
    `${server.url}/#/inferences/${run._id}/images/${run.results[0].original_gridfs_id}?masks_of=${correction.gridfs_id}`,
    { api },
  );
  page.context().setDefaultTimeout(120_000);
  stage = new Stage(page, SIDE, SIDE);
});

after(async () => {
  await browser?.close();
  await server?.remove();
});

test('all cells are counted and can be chosen', async () => {
  await page.getByText(`${CELLS.toLocaleString('en-US')} cells`).waitFor();
  await stage.drawn();
  await page.locator('.vw-table').focus();
  await page.keyboard.press('End');
  await page.locator('.vw-details h2').getByText(`Cell ${CELLS}`).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.openseadragon-canvas').press('0');
  await stage.settled();
});

/** Moves for a few seconds, and gives what the page counted of it. */
async function motion(move) {
  const resting = () => page.locator('.viewer-stage').getAttribute('data-motion');
  await until(resting, 'the picture rests');
  await move();
  const text = await until(resting, 'the motion has ended');
  const { frames, seconds, longest_ms: longest } = JSON.parse(text);
  return { rate: frames / seconds, frames, seconds, longest };
}

/** To and fro about the middle. */
async function pan(reach) {
  const box = await page.locator('.vw-osd').boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (let i = 0; i <= 100; i += 1) {
    await page.mouse.move(x + reach * Math.sin(i / 16), y + reach * 0.6 * Math.sin(i / 11));
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  await page.mouse.up();
}

async function zoom() {
  const box = await page.locator('.vw-osd').boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  for (let i = 0; i < 24; i += 1) {
    await page.mouse.wheel(0, i < 12 ? -66 : 66);
    for (let frame = 0; frame < 4; frame += 1) await page.evaluate(() => new Promise(requestAnimationFrame));
  }
}

for (const mode of ['Outline', 'Fill']) {
  test(`it moves fast, masks as ${mode.toLowerCase()}`, async (context) => {
    await page.getByRole('radio', { name: mode }).click();
    const report = async (what, move) => {
      const { rate, frames, longest } = await motion(move);
      context.diagnostic(
        `${what}: ${rate.toFixed(1)} frames/s (${frames} frames, the longest ${longest.toFixed(0)} ms)`,
      );
      // How many there are, and whether a slow machine rests between them, is no matter of a test.
      assert.ok(frames > 0, `${frames} frames`);
    };
    await report('panning over the whole image', () => pan(120));
    await report('zooming in and out', zoom);
    await page.locator('.vw-scale-text').click();
    await stage.settled();
    await report('panning at 100 %', () => pan(200));
    await page.locator('.openseadragon-canvas').press('0');
    await stage.settled();
  });
}
