/** Values as people read them. All locale-independent, so that pictures and tests are the same everywhere. */

const GROUPS = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 12,345 */
export function whole(value: number): string {
  return GROUPS.format(value);
}

/** "1 image", "2 images". */
export function count(value: number, noun: string, plural = `${noun}s`): string {
  return `${whole(value)} ${value === 1 ? noun : plural}`;
}

/** At most `digits` behind the point, none when they are zero. */
export function decimal(value: number, digits = 1): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** 512 B, 1.4 MB: powers of 1000, as file managers have them. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let unit = -1;
  let scaled = value;
  do {
    scaled /= 1000;
    unit += 1;
  } while (scaled >= 999.5 && unit < units.length - 1);
  return `${decimal(scaled, scaled < 10 ? 1 : 0)} ${units[unit] ?? ''}`;
}

/** 0.8 s, 42 s, 3 min 5 s, 2 h 10 min */
export function duration(seconds: number): string {
  if (seconds < 10) return `${decimal(seconds, 1)} s`;
  const rounded = Math.round(seconds);
  if (rounded < 60) return `${rounded} s`;
  const minutes = Math.floor(rounded / 60);
  if (minutes < 60) return rounded % 60 ? `${minutes} min ${rounded % 60} s` : `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
}

/** "just now", "5 min ago", "3 h ago", "yesterday", then the date. */
export function ago(iso: string, now = Date.now()): string {
  const seconds = (now - Date.parse(iso)) / 1000;
  if (!Number.isFinite(seconds)) return '';
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  if (seconds < 172800) return 'yesterday';
  return date(iso);
}

/** 24 Nov 2026 */
export function date(iso: string): string {
  return new Date(iso).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}

/** 24 Nov 2026, 10:05 */
export function dateTime(iso: string): string {
  const time = new Date(iso).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  return `${date(iso)}, ${time}`;
}

/** "1 h 2 min", for a run from its times; '' before it began. */
export function elapsed(started: string | null, finished: string | null): string {
  if (!started || !finished) return '';
  return duration(Math.max(0, (Date.parse(finished) - Date.parse(started)) / 1000));
}

/** 3rd, 22nd */
export function ordinal(value: number): string {
  const teens = value % 100 >= 11 && value % 100 <= 13;
  const suffix = teens ? 'th' : (['th', 'st', 'nd', 'rd'][value % 10] ?? 'th');
  return `${whole(value)}${suffix}`;
}
