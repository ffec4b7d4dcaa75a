// Makes pictures of the page's main states: pictures.mjs FOLDER. tools/pictures calls it.
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { launch, newPage } from './browser.mjs';
import { Api, example, ROOT, Server } from './server.mjs';
import { Stage } from './stage.mjs';

const folder = process.argv[2] ?? 'docs/pictures';
mkdirSync(folder, { recursive: true });
const images = readdirSync(path.join(ROOT, 'examples')).filter(
  (name) => /\.png$/.test(name) && !name.includes('_truth'),
);
const server = await Server.start();
const browser = await launch();
try {
  const api = await Api.signUp(server.url, 'rosalind');
  const sets = [
    ['Liver sections, H&E', images.filter((name) => name.includes('histology'))],
    ['Brightfield controls', images.filter((name) => name.includes('brightfield'))],
    ['Fluorescence, plate 4', images.filter((name) => name.includes('fluorescence'))],
    ['Nuclei, mixed', images],
  ];
  const ids = [];
  for (const [name, files] of sets)
    ids.push(
      await api.upload(
        name,
        files.map((file) => [file, example(file)]),
      ),
    );
  const [, , plate, mixed] = ids;
  const run = await api.run(mixed);
  await api.run(plate, { diameter: 17 });
  const { results } = await api.get(`/api/inferences/${run}`);
  const dense = results.find((result) => result.source_filename.includes('dense'));
  const { files } = await api.get(`/api/datasets/${mixed}`);
  const shown = files.find((file) => file.filename.includes('dense'));

  const picture = async (page, name) => {
    await page.waitForLoadState('networkidle');
    await page.evaluate(() =>
      Promise.all(
        document
          .getAnimations()
          .filter((one) => one.effect.getComputedTiming().endTime < 1e6)
          .map((one) => one.finished),
      ),
    );
    await page.screenshot({ path: path.join(folder, `${name}.png`) });
  };
  for (const colorScheme of ['light', 'dark']) {
    const page = await newPage(browser, server.url, { api, colorScheme });
    const at = async (name, hash, ready) => {
      await page.goto(`${server.url}/${hash}`);
      await page.locator(ready).first().waitFor();
      if (name === 'viewer') await new Stage(page, shown.width, shown.height).drawn();
      await picture(page, `${name}-${colorScheme}`);
    };
    const visitor = await newPage(browser, server.url, { colorScheme });
    await picture(visitor, `welcome-${colorScheme}`);
    await visitor.context().close();
    await at('datasets', '#/datasets', '.dataset-card .thumbnail img');
    await at('dataset', `#/datasets/${mixed}`, '.tile .thumbnail img');
    await at('run', `#/datasets/${mixed}/run?file=${shown.gridfs_id}`, '.preview-cells:not(.empty)');
    await at('results', `#/inferences/${run}`, '.result-row .thumbnail img');
    await at('viewer', `#/inferences/${run}/images/${dense.original_gridfs_id}`, '.viewer-stage > *');
    await page.context().close();
  }
} finally {
  await browser.close();
  await server.remove();
}
