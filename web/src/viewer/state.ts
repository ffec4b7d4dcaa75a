// The part of the view that is in the address, as short texts.

import { type Depth, parseDepth, type Slice } from '../planes';
import { type Filters, filtersText, parseFilters } from './cells';
import type { ChannelLook } from './pictures';
import type { Camera } from './stage';

export type Tab = 'display' | 'cells' | 'correct';

/** What a link to a view holds; what is as it is at first is left out. */
export interface ViewState {
  camera: Camera | null;
  z: Depth;
  t: number;
  /** By channel; undefined: as it is at first. */
  channels: (ChannelLook | undefined)[];
  masks: { visible: boolean; mode: 'fill' | 'outline'; opacity: number };
  colourBy: string;
  filters: Filters;
  sort: { column: string; descending: boolean };
  cell: number;
  tab: Tab;
  /** The file id of the correction that is shown; '' is the machine's mask. */
  source: string;
  /** An inference's id, or `correction-` and a file id; '' compares nothing. */
  compare: string;
}

export function firstState(): ViewState {
  return {
    camera: null,
    z: 0,
    t: 0,
    channels: [],
    masks: { visible: true, mode: 'outline', opacity: 0.5 },
    colourBy: '',
    filters: new Map(),
    sort: { column: 'label', descending: false },
    cell: 0,
    tab: 'cells',
    source: '',
    compare: '',
  };
}

/** Each member of the address's query; '' where it is as at first, at the plane `first`. */
export function stateTexts(state: ViewState, first: Slice = { z: 0, t: 0 }): Record<string, string> {
  const { camera, masks, sort } = state;
  const round = (value: number, digits: number) => String(Number(value.toFixed(digits)));
  return {
    at: camera ? [round(camera.x, 1), round(camera.y, 1), String(Number(camera.scale.toPrecision(4)))].join(',') : '',
    z: state.z === first.z ? '' : String(state.z),
    t: state.t === first.t ? '' : String(state.t),
    channels: channelsText(state.channels),
    masks: masksText(masks),
    by: state.colourBy,
    filter: filtersText(state.filters),
    sort: sort.column === 'label' && !sort.descending ? '' : `${sort.column}${sort.descending ? '.desc' : ''}`,
    cell: state.cell > 0 ? String(state.cell) : '',
    tab: state.tab === 'cells' ? '' : state.tab,
    masks_of: state.source,
    compare: state.compare,
  };
}

/** Reads `stateTexts`; what cannot be read is as at first. */
export function parseState(texts: Record<string, string>, first: Slice = { z: 0, t: 0 }): ViewState {
  const state = firstState();
  const [x, y, scale] = (texts['at'] ?? '').split(',').map(Number);
  if (x !== undefined && y !== undefined && scale !== undefined && [x, y].every(Number.isFinite) && scale > 0) {
    state.camera = { x, y, scale };
  }
  const whole = (text: string | undefined, otherwise = 0) => (/^\d{1,9}$/.test(text ?? '') ? Number(text) : otherwise);
  state.z = parseDepth(texts['z'] ?? '') ?? first.z;
  state.t = whole(texts['t'], first.t);
  state.channels = parseChannels(texts['channels'] ?? '');
  state.masks = parseMasks(texts['masks'] ?? '');
  state.colourBy = texts['by'] ?? '';
  state.filters = parseFilters(texts['filter'] ?? '');
  const [column, direction] = (texts['sort'] || 'label').split('.');
  state.sort = { column: column!, descending: direction === 'desc' };
  state.cell = whole(texts['cell']);
  const tab = texts['tab'];
  if (tab === 'display' || tab === 'correct') state.tab = tab;
  if (/^[0-9a-f]{24}$/.test(texts['masks_of'] ?? '')) state.source = texts['masks_of']!;
  if (/^(correction-)?[0-9a-f]{24}$/.test(texts['compare'] ?? '')) state.compare = texts['compare']!;
  return state;
}

// `0:12..400:0.8:00ff00,2:off`: number, window, gamma and colour of those that were changed.
function channelsText(channels: (ChannelLook | undefined)[]): string {
  return channels
    .flatMap((look, channel) => {
      if (!look) return [];
      const window = `${Number(look.low.toPrecision(6))}..${Number(look.high.toPrecision(6))}`;
      return [
        `${channel}:${window}:${Number(look.gamma.toFixed(2))}:${look.color.slice(1)}${look.visible ? '' : ':off'}`,
      ];
    })
    .join(',');
}

function parseChannels(text: string): (ChannelLook | undefined)[] {
  const channels: (ChannelLook | undefined)[] = [];
  for (const part of text.split(',')) {
    const match = /^(\d{1,3}):([-+.\deE]+?)\.\.([-+.\deE]+):([.\d]+):([0-9a-f]{6})(:off)?$/i.exec(part);
    const [low, high, gamma] = [Number(match?.[2]), Number(match?.[3]), Number(match?.[4])];
    if (match && [low, high].every(Number.isFinite) && gamma > 0) {
      channels[Number(match[1])] = { low, high, gamma, color: `#${match[5]}`, visible: !match[6] };
    }
  }
  return channels;
}

function masksText({ visible, mode, opacity }: ViewState['masks']): string {
  const text = `${mode}-${Math.round(opacity * 100)}${visible ? '' : '-off'}`;
  return text === 'outline-50' ? '' : text;
}

function parseMasks(text: string): ViewState['masks'] {
  const match = /^(fill|outline)-(\d{1,3})(-off)?$/.exec(text);
  if (!match) return firstState().masks;
  return { mode: match[1] as 'fill' | 'outline', opacity: Math.min(100, Number(match[2])) / 100, visible: !match[3] };
}
