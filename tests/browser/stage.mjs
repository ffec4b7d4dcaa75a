// The picture in the viewer: where things are on it, and what is drawn.
import { until } from './server.mjs';

export class Stage {
  /** Of an image of width x height. */
  constructor(page, width, height) {
    this.page = page;
    this.width = width;
    this.height = height;
  }

  /** Where a point of the image is in the window, while the whole image is shown. */
  async place(x, y) {
    const box = await this.page.locator('.vw-osd').first().boundingBox();
    const scale = Math.min(box.width / this.width, box.height / this.height);
    return [
      box.x + box.width / 2 + (x - this.width / 2) * scale,
      box.y + box.height / 2 + (y - this.height / 2) * scale,
    ];
  }

  async hover(cell) {
    await this.page.mouse.move(...(await this.place(cell['centroid-1'] + 0.5, cell['centroid-0'] + 0.5)));
  }

  async click(cell) {
    await this.page.mouse.click(...(await this.place(cell['centroid-1'] + 0.5, cell['centroid-0'] + 0.5)));
  }

  async tap(cell) {
    await this.page.touchscreen.tap(...(await this.place(cell['centroid-1'] + 0.5, cell['centroid-0'] + 0.5)));
  }

  async drag(from, to) {
    await this.page.mouse.move(...(await this.place(...from)));
    await this.page.mouse.down();
    await this.page.mouse.move(...(await this.place(...to)), { steps: 8 });
    await this.page.mouse.up();
  }

  /** How many pixels of the drawn picture have a colour; of the right one of a comparison with `side` 1. */
  async colouredPixels(side = 0) {
    return (await this.#pixels(side)).coloured;
  }

  /** The mean of the drawn picture's channels, to whole numbers. */
  async brightness() {
    return (await this.#pixels()).mean;
  }

  /** Waits until something is drawn. */
  async drawn() {
    await until(async () => (await this.brightness()) > 0, 'the image is drawn');
    await this.settled();
  }

  /** Waits until two pictures in a row are the same. */
  async settled() {
    let last = '';
    await until(async () => {
      const now = await this.#sum('.vw-osd');
      const same = now === last;
      last = now;
      if (!same)
        await this.page.evaluate(
          () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
        );
      return same;
    }, 'the picture rests');
  }

  /** Whether both sides of a comparison have the same picture. */
  async sidesAgree() {
    return (await this.#sum('.vw-osd >> nth=0')) === (await this.#sum('.vw-osd >> nth=1'));
  }

  async #sum(selector) {
    return this.page
      .locator(selector)
      .first()
      .locator('canvas')
      .first()
      .evaluate((canvas) => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        let sum = 0;
        for (let i = 0; i < data.length; i += 1) sum = (Math.imul(sum, 31) + data[i]) | 0;
        return `${canvas.width} ${canvas.height} ${sum}`;
      });
  }

  async #pixels(side = 0) {
    return this.page
      .locator('.vw-osd')
      .nth(side)
      .locator('canvas')
      .first()
      .evaluate((canvas) => {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
        let [coloured, sum] = [0, 0];
        for (let i = 0; i < data.length; i += 4) {
          if (Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]) > 8)
            coloured += 1;
          sum += data[i] + data[i + 1] + data[i + 2];
        }
        return { coloured, mean: Math.round(((100 * sum) / data.length / 3) * 4) };
      });
  }
}
