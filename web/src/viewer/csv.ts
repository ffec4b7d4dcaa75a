// Reads the CSV of measurements.

/**
 * The records of a CSV text. Quoted fields may hold commas, quotes (doubled) and line breaks; lines end with LF or
 * CRLF, the last one with or without. Source: RFC 4180.
 */
export function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|\r|$)/y;
  field.lastIndex = text.startsWith('\uFEFF') ? 1 : 0;
  let record: string[] = [];
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const match = field.exec(text);
    if (!match) throw new Error(`The CSV has a quote that is out of place, at character ${at + 1}.`);
    record.push(match[1] === undefined ? match[2]! : match[1].replaceAll('""', '"'));
    if (match[3] !== ',') {
      records.push(record);
      record = [];
    }
  }
  // A comma at the very end has an empty field behind it.
  if (record.length > 0) records.push([...record, '']);
  return records;
}

/** Numbers by column, all of one length; what is no number is NaN. */
export type Columns = Map<string, Float64Array>;

/** A CSV of a line of names and lines of numbers, by column. Lines of another length than the first are an error. */
export function parseColumns(text: string): Columns {
  const [names = [], ...rows] = parseCsv(text);
  const wrong = rows.findIndex((row) => row.length !== names.length);
  if (wrong >= 0)
    throw new Error(`Line ${wrong + 2} of the measurements has ${rows[wrong]!.length} fields, not ${names.length}.`);
  return new Map(names.map((name, column) => [name, Float64Array.from(rows, (row) => number(row[column]!))]));
}

function number(text: string): number {
  return text.trim() === '' ? NaN : Number(text);
}
