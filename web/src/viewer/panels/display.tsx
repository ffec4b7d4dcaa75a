// The panel of how the image is shown: channels and contrast.

import type { JSX } from 'preact';
import { autoWindow } from '../contrast';
import type { Model } from '../model';
import { firstLooks } from '../pictures';
import { Histogram, Limits } from './histogram';
import { Slider } from './slider';

export function DisplayPanel({ model }: { model: Model }): JSX.Element | null {
  const image = model.image.value;
  if (!image) return null;
  const { channels } = image.view;
  return (
    <div class="vw-panel">
      {channels.map((_, channel) => (
        <Channel key={channel} model={model} channel={channel} />
      ))}
      <div class="vw-row">
        <button class="button small" aria-keyshortcuts="A" onClick={() => autoAll(model)}>
          Auto contrast
        </button>
        <button class="button small" onClick={() => model.change({ channels: [] })}>
          As at first
        </button>
      </div>
    </div>
  );
}

/** Contrast of all channels by their histograms. */
export function autoAll(model: Model): void {
  model.image.peek()?.view.channels.forEach((_, channel) => auto(model, channel));
}

function auto(model: Model, channel: number): void {
  const { histogram, minimum, maximum } = model.image.peek()!.view.channels[channel]!;
  const [low, high] = autoWindow(histogram, minimum, maximum);
  model.setChannel(channel, { low, high, gamma: 1 });
}

function Channel({ model, channel }: { model: Model; channel: number }): JSX.Element | null {
  const image = model.image.value;
  const look = model.look.value.channels[channel];
  const described = image?.view.channels[channel];
  if (!image || !look || !described) return null;
  const name = described.name || (image.view.channels.length > 1 ? `Channel ${channel + 1}` : 'Intensity');
  const whole = image.view.stretched !== true;
  const window: [number, number] = [look.low, look.high];
  const set = ([low, high]: [number, number]) => model.setChannel(channel, { low, high });
  return (
    <section class="vw-channel" aria-label={name}>
      <header>
        <input
          type="checkbox"
          class="checkbox"
          checked={look.visible}
          aria-label={`Show ${name}`}
          onChange={(event) => model.setChannel(channel, { visible: event.currentTarget.checked })}
        />
        <input
          type="color"
          class="vw-color"
          value={look.color}
          aria-label={`Colour of ${name}`}
          onInput={(event) => model.setChannel(channel, { color: event.currentTarget.value })}
        />
        <h2 class="truncate" title={name}>
          {name}
        </h2>
        <button class="button ghost small" aria-label={`Auto contrast of ${name}`} onClick={() => auto(model, channel)}>
          Auto
        </button>
        <button
          class="button ghost small"
          aria-label={`Reset ${name}`}
          onClick={() => {
            const first = firstLooks(image)[channel]!;
            model.setChannel(channel, first);
          }}
        >
          Reset
        </button>
      </header>
      <Histogram
        label={name}
        counts={described.histogram}
        range={[described.minimum, described.maximum]}
        value={window}
        onChange={set}
        whole={whole}
        color={visibleOn(look.color)}
      />
      <div class="vw-row">
        <Limits label={name} value={window} onChange={set} />
        <Slider
          label="Gamma"
          text={look.gamma.toFixed(2)}
          value={look.gamma}
          min={0.2}
          max={3}
          step={0.05}
          compact
          onChange={(gamma) => model.setChannel(channel, { gamma })}
        />
      </div>
    </section>
  );
}

// White bars would not be seen on a light page.
function visibleOn(color: string): string {
  return /^#(f[0-9a-f]){3}$/i.test(color) ? 'var(--text-2)' : color;
}
