import { effect } from '@preact/signals';
import { h, render } from 'preact';
import { Model } from './model';
import { Stages } from './stages';
import type { ViewerHandle, ViewerOptions } from './types';
import { Viewer } from './viewer';
import './viewer.css';

export type { ViewerHandle, ViewerOptions } from './types';

// Changes of the address are rationed by browsers.
const STATE_MS = 400;

/**
 * Shows an image of an inference with its cells in `element`, which has a size.
 *
 * When the picture has come to rest, `element.dataset.motion` holds what was drawn of its motion, as JSON of `Motion`;
 * while it moves, nothing. That is the frame counter which the browser tests read.
 */
export function mountViewer(element: HTMLElement, options: ViewerOptions): ViewerHandle {
  const model = new Model(options);
  const stages = new Stages(model);
  stages.onMotion = (motion) => (element.dataset['motion'] = motion ? JSON.stringify(motion) : '');
  let timer = 0;
  let told = JSON.stringify(model.texts);
  const stop = effect(() => {
    const texts = model.texts;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      const now = JSON.stringify(texts);
      if (now !== told) options.onState(texts);
      told = now;
    }, STATE_MS);
  });
  render(h(Viewer, { model, stages }), element);
  void model.open();
  return {
    destroy: () => {
      window.clearTimeout(timer);
      stop();
      render(null, element);
      model.destroy();
    },
  };
}
