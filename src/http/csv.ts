import { stringify } from 'csv-stringify/sync';

/** A cell of a table; null is written as `NA`. */
export type Cell = string | Date | null;

const sign = /[=+\-@＝＋－＠﹦﹢﹣﹫]/;
const invisible = /[\s\p{Cc}\p{Cf}]/u;
/** Where other spreadsheets than those that split at commas begin a cell: quotes within a line mean nothing to them. */
const separator = /[;\t\r\n]/;

/**
 * Takes what a spreadsheet would run as a formula for what it is: a text. That is whatever begins with `=`, `+`, `-` or `@`, each
 * also in full width or small, after any blanks and invisible characters, and whatever begins with a tab or a line break; at the
 * start of a cell and behind each semicolon, tab or line break in it. An apostrophe in front says so. The library's own option
 * overlooks the full width, the blanks and what is not at the start. Telephone and negative numbers get one too: no column holds
 * any, and a spreadsheet would take the plus sign away.
 */
function neutralised(text: string): string {
  const first = /^(?:[\t\r\n]|[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠﹦﹢﹣﹫])/u.test(text) ? "'" : '';
  if (!separator.test(text)) return first + text;
  let safe = first;
  let isStart = false;
  for (const character of text) {
    if (isStart && sign.test(character)) safe += "'";
    safe += character;
    isStart = separator.test(character) || (isStart && invisible.test(character));
  }
  return safe;
}

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
