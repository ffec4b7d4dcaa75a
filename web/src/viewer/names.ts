// Measurements' names and numbers as people read them.

const NAMES: Record<string, string> = {
  label: 'Cell',
  area: 'Area (px)',
  area_um2: 'Area (µm²)',
  equivalent_diameter_area: 'Diameter (px)',
  equivalent_diameter_area_um: 'Diameter (µm)',
  axis_major_length: 'Length (px)',
  axis_major_length_um: 'Length (µm)',
  axis_minor_length: 'Width (px)',
  axis_minor_length_um: 'Width (µm)',
  eccentricity: 'Eccentricity',
  orientation: 'Orientation (rad)',
  perimeter: 'Perimeter (px)',
  perimeter_um: 'Perimeter (µm)',
  area_convex: 'Convex area (px)',
  solidity: 'Solidity',
  extent: 'Extent',
  feret_diameter_max: 'Max. Feret (px)',
  feret_diameter_max_um: 'Max. Feret (µm)',
  cell_probability: 'Confidence',
  flow_error: 'Flow error',
  touches_edge: 'Touches edge',
};
const STATISTICS: Record<string, string> = { mean: 'Mean', min: 'Min.', max: 'Max.', std: 'SD' };

/** A column's name. `channels` are the names of the image's channels. */
export function columnName(column: string, channels: string[] = []): string {
  const intensity = /^intensity_(mean|min|max|std)(?:-(\d+))?$/.exec(column);
  if (!intensity) return NAMES[column] ?? column;
  const channel =
    intensity[2] === undefined ? 'intensity' : channels[Number(intensity[2])] || `channel ${intensity[2]}`;
  return `${STATISTICS[intensity[1]!]} ${channel}`;
}

/** A number in about four digits; a dash for none. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Number.isInteger(value)) return Math.abs(value) < 1e7 ? String(value) : value.toExponential(3);
  const size = Math.abs(value);
  if (size >= 1e7 || size < 1e-4) return value.toExponential(2);
  return size >= 1000
    ? value.toFixed(0)
    : size >= 100
      ? value.toFixed(1)
      : size >= 1
        ? value.toFixed(2)
        : value.toFixed(3);
}

/** The columns that one looks at first, of those that are there. */
export function mainColumns(columns: Iterable<string>): string[] {
  const there = new Set(columns);
  const first = (...names: string[]) => names.filter((name) => there.has(name)).slice(0, 1);
  return [
    ...first('area_um2', 'area'),
    ...first('equivalent_diameter_area_um', 'equivalent_diameter_area'),
    ...first('cell_probability'),
    ...[...there].filter((name) => name.startsWith('intensity_mean')),
  ];
}
