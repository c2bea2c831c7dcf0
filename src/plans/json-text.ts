/** A value that the database has written as JSON. */
export class JsonText {
  constructor(readonly json: string) {}

  /** How many characters it has. */
  get length(): number {
    return this.json.length;
  }
}

/** The JSON of an answer, in which texts of the database stand as they came. */
export function writeJson(value: unknown): string {
  if (value instanceof JsonText) return value.json;
  if (Array.isArray(value)) return `[${value.map(writeJson).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${writeJson(field)}`).join()}}`;
}
