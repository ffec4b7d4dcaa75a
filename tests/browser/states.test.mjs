// Every main state of the page, in dark and light, on a desk and on a tablet: nothing runs over, nothing moves while it
// loads, and axe-core finds nothing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessibilityFaults, launch, newPage } from './browser.mjs';
import { greyPng } from './images.mjs';
import { Api, example, Server } from './server.mjs';

const SIZES = [
  { name: 'a desk, light', colorScheme: 'light', viewport: { width: 1280, height: 720 } },
  { name: 'a tablet, dark', colorScheme: 'dark', viewport: { width: 820, height: 1180 }, hasTouch: true },
];
/** Of the sum of all layout shifts that no person caused; Core Web Vitals call 0.1 good. */
const LARGEST_SHIFT = 0.02;

let server;
let browser;
let api;
let states;

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  api = await Api.signUp(server.url);
  const files = [
    ['tissue.png', example('tissue_256x256.png')],
    ['blank.png', greyPng(64, () => 20)],
  ];
  const id = await api.upload('Two images', files);
  const run = await api.run(id);
  const { results } = await api.get(`/api/inferences/${run}`);
  states = [
    ['#/datasets', '.dataset-card .thumbnail img'],
    [`#/datasets/${id}`, '.tile .thumbnail img'],
    [`#/datasets/${id}?view=list`, '.list-row .thumbnail img'],
    [`#/datasets/${id}/run`, '.preview-cells:not(.empty)'],
    ['#/inferences', '.run-table-row'],
    [`#/inferences/${run}`, '.result-row .thumbnail img'],
    [`#/inferences/${run}/images/${results[0].original_gridfs_id}`, '.vw-counts'],
    ['#/models', '.model-card'],
    ['#/nowhere', '.empty'],
  ];
});

after(async () => {
  await browser?.close();
  await server?.remove();
});

for (const size of SIZES) {
  test(`all states look right on ${size.name}`, async () => {
    const page = await newPage(browser, server.url, { api, ...size });
    await page.addInitScript(() => {
      window.shifts = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
      }).observe({ type: 'layout-shift', buffered: true });
    });
    for (const [hash, ready] of states) {
      await page.goto('about:blank');
      await page.goto(`${server.url}/${hash}`);
      await page.locator(ready).first().waitFor();
      const { over, shifts } = await page.evaluate(() => ({
        over: document.documentElement.scrollWidth - window.innerWidth,
        shifts: window.shifts,
      }));
      assert.ok(over <= 0, `${hash} is ${over} px too wide`);
      assert.ok(shifts <= LARGEST_SHIFT, `${hash} moves by ${shifts}`);
      assert.deepEqual(await accessibilityFaults(page), [], hash);
    }
    assert.deepEqual(page.faults, []);
    await page.context().close();
  });
}

test('all of a page can be reached by keys', async () => {
  const page = await newPage(browser, server.url, { api });
  await page.locator('.dataset-card .thumbnail img').first().waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('main:focus').waitFor();
  const names = [];
  for (let at = 0; at < 6; at += 1) {
    await page.keyboard.press('Tab');
    names.push(await page.evaluate(() => document.activeElement.innerText.trim() || document.activeElement.ariaLabel));
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineWidth);
    assert.notEqual(outline, '0px', `${names.at(-1)} does not show that it has the focus`);
  }
  for (const name of ['New dataset', 'Two images', 'More for Two images']) {
    assert.ok(
      names.some((one) => one.startsWith(name)),
      `'${name}' is not among ${names.join(', ')}`,
    );
  }
  await page.getByRole('button', { name: 'More for Two images' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.evaluate(() => document.activeElement.innerText.trim()), 'Delete…');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.context().close();
});
