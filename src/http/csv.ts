import { stringify } from 'csv-stringify/sync';

/** A cell of a table; null is written as `NA`. */
export type Cell = string | Date | null;

/**
 * Takes what a spreadsheet would run as a formula for what it is: a text. That is whatever begins with `=`, `+`, `-` or `@`, each
 * also in full width, after any blanks and invisible characters, and whatever begins with a tab or a line break. An apostrophe in
 * front says so. The library's own option overlooks the full width and the blanks. Telephone and negative numbers get one too:
 * no column holds any, and a spreadsheet would take the plus sign away.
 */
const neutralised = (text: string): string =>
  /^(?:[\t\r\n]|[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠])/u.test(text) ? `'${text}` : text;

function textOf(cell: Cell): string {
  if (cell === null) return 'NA';
  return neutralised(typeof cell === 'string' ? cell : cell.toISOString());
}

/** What a file begins with, since Excel takes one without for a text in the code page of its machine; most programs skip it. */
export const byteOrderMark = '\uFEFF';

/** Lines of CSV as RFC 4180 has them: CRLF ends each, cells are quoted where they have to be. */
export const csvLines = (rows: readonly (readonly Cell[])[]): string =>
  stringify(
    rows.map((row) => row.map(textOf)),
    // By itself the library quotes the line break that ends lines, and lets the others stand bare.
    { record_delimiter: 'windows', quoted_match: /[\r\n]/ },
  );
