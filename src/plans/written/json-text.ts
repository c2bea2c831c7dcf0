/** A value that the database has written as JSON. */
export class JsonText {
  constructor(
    readonly json: string,
    /** The version of the reader's rights when it was written; null where they may not read anything. */
    readonly accessVersion: number | null,
  ) {}
}

/** All such values in an answer. */
export function textsIn(value: unknown): JsonText[] {
  if (value instanceof JsonText) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The JSON of an answer, in which texts of the database stand as they came. */
export function writeJson(value: unknown): string {
  if (value instanceof JsonText) return value.json;
  if (Array.isArray(value)) return `[${value.map((item) => writeJson(item ?? null)).join()}]`;
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${writeJson(field)}`).join()}}`;
}
