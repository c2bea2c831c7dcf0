import { Program } from './process.js';

interface Call {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** What a shell and curl would make of a command line. */
export function readCurl(line: string): Call {
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  const after = (option: string): string[] => words.filter((_, index) => words[index - 1] === option);
  const headers = Object.fromEntries(after('-H').map((header) => header.split(': ') as [string, string]));
  return { url: words.find((word) => word.startsWith('http')) ?? '', headers, body: after('-d')[0] ?? '' };
}

/** Sends it and reads the answer. */
export async function call({ url, headers, body }: Call): Promise<any> {
  return (await fetch(url, { method: 'POST', headers, body })).json();
}

/** Asks an endpoint, as somebody with a token or as nobody. */
export const ask = (url: string, query: string, token?: string): Promise<any> =>
  call({
    url,
    headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query }),
  });

/** Starts what can't start and returns the lines that say why. */
export async function refusal(variables: Record<string, string>, ...command: string[]): Promise<string[]> {
  const program = new Program(variables, ...command);
  expect(await program.ended).toBe(1);
  expect(program.output).not.toMatch(/^ {4}at /m);
  return program.output.trimEnd().split('\n');
}
