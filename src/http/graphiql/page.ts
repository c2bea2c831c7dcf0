import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const WELCOME = `# Put your token into the "Headers" tab below:
#   {"Authorization": "Bearer <token>"}
# Queries, mutations and subscriptions all send it.
{
  viewer {
    id
    name
    role
  }
}
`;

const toInlineJson = (value: unknown) => JSON.stringify(value).replaceAll('<', '\\u003c');
const toCspHash = (script: string) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`;

async function loadLibraries() {
  const graphiql = await import('@graphql-yoga/render-graphiql/graphiql');
  const packageFile = createRequire(import.meta.url).resolve('graphql-ws/package.json');
  const graphqlWs = await readFile(packageFile.replace('package.json', 'umd/graphql-ws.min.js'), 'utf8');
  const { editorWorkerService, jsonWorker: json, graphqlWorker: graphql } = graphiql;
  const script = `
    const workers = ${toInlineJson({ editorWorkerService, json, graphql })};
    const workerUrl = (label) => URL.createObjectURL(new Blob([workers[label]], { type: 'text/javascript' }));
    self.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_, label) => workerUrl(label) };
    ${graphqlWs};
    ${graphiql.js};`;
  return { script, hash: toCspHash(script), css: graphiql.css };
}

let libraries: ReturnType<typeof loadLibraries> | undefined;

// An own fetcher, because the library's own would open the socket without what the Headers tab holds.
const toStartScript = (endpoint: string, props: object) => `
  const url = new URL(${toInlineJson(endpoint)}, location.href);
  const socketUrl = url.href.replace(/^http/, 'ws');
  const describe = (error) => (error.code ? { message: 'Socket closed: ' + error.code + ' ' + error.reason } : error);
  async function post(params, headers) {
    const accept = 'application/graphql-response+json, application/json';
    headers = { 'content-type': 'application/json', accept, ...headers };
    return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(params) })).json();
  }
  function fetcher(params, { headers, documentAST } = {}) {
    const isChosen = ({ kind, name }) =>
      kind === 'OperationDefinition' && (!params.operationName || name?.value === params.operationName);
    if (documentAST?.definitions.find(isChosen)?.operation !== 'subscription') return post(params, headers);
    const client = graphqlWs.createClient({ url: socketUrl, connectionParams: headers, retryAttempts: 0 });
    const subscribe = (sink) => client.subscribe(params, { ...sink, error: (error) => sink.error(describe(error)) });
    return { subscribe: (sink) => ({ unsubscribe: subscribe(sink) }) };
  }
  const props = { ...${toInlineJson(props)}, fetcher, shouldPersistHeaders: undefined };
  YogaGraphiQL.renderYogaGraphiQL(document.querySelector('#root'), props);`;

/** Gives the GraphiQL page for an endpoint of the same origin, complete in itself, with the policy to send it under; it starts with the text of these headers. */
export async function graphiqlPage(endpoint: string, headers?: string) {
  const { script, hash, css } = await (libraries ??= loadLibraries());
  const title = 'Ticketing gateway';
  const start = toStartScript(endpoint, {
    title,
    logo: '',
    defaultQuery: WELCOME,
    headers,
    defaultEditorToolsVisibility: 'headers',
  });
  const html = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title><link rel="icon" href="data:,"><style>${css}</style></head>
<body class="no-focus-outline"><div id="root"></div><script>${script}</script><script>${start}</script></body>
</html>`;
  const contentSecurityPolicy = [
    `default-src 'none'; script-src ${hash} ${toCspHash(start)}; worker-src blob:; connect-src 'self'`,
    // The editor writes its colours and line positions as style elements while it runs.
    `style-src 'unsafe-inline'; font-src data:; img-src data:`,
    `base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  ].join('; ');
  return { html, contentSecurityPolicy };
}
