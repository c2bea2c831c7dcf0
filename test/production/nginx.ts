import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { type IncomingHttpHeaders } from 'node:http';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import WebSocket, { type ClientOptions } from 'ws';

/** What has to be installed for these tests and is not. */
export const missing = ['nginx', 'openssl'].filter((name) => spawnSync(name, ['-v']).error !== undefined);

/** The configuration, as the document shows it. */
export function documentedConfiguration(): string {
  const [, block] = /```nginx\n([\s\S]*?)```/.exec(readFileSync('docs/production.md', 'utf8')) ?? [];
  if (block === undefined) throw new Error('docs/production.md shows no configuration of nginx');
  return block;
}

/** An answer with its body. */
interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** What is sent, and by whom. */
interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: Buffer | string;
  agent?: Agent;
}

/** nginx with the documented configuration, of which only ports and paths are others, in front of two addresses. */
export class Nginx {
  readonly agent: Agent;
  output = '';

  private constructor(
    private readonly child: ChildProcess,
    readonly origin: string,
    private readonly certificate: Buffer,
  ) {
    this.agent = this.agentAt();
    child.stderr?.on('data', (text: Buffer) => (this.output += text.toString()));
  }

  /** Starts it on a port; everything that it writes is in the folder. */
  static async start(folder: string, port: number, gateways: readonly [string, string]): Promise<Nginx> {
    const tls = join(folder, 'tls');
    mkdirSync(tls);
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const key = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-keyout',
      join(tls, 'key.pem'),
    ];
    const certificate = join(tls, 'certificate.pem');
    execFileSync('openssl', ['req', '-x509', '-days', '2', ...key, '-out', certificate, ...names], { stdio: 'ignore' });
    const site = documentedConfiguration()
      .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
      .replaceAll('/etc/nginx/tls', tls)
      .replace('gateway-a:4000', gateways[0])
      .replace('gateway-b:4000', gateways[1]);
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder};`,
    );
    const user = process.getuid?.() === 0 ? 'user root;' : '';
    const main = `daemon off; ${user} pid ${folder}/pid; error_log stderr warn; events {}
      http { access_log off; ${temporary.join(' ')} ${site} }`;
    const file = join(folder, 'nginx.conf');
    writeFileSync(file, main);
    const child = spawn('nginx', ['-p', folder, '-c', file, '-e', 'stderr'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const nginx = new Nginx(child, `https://localhost:${port}`, readFileSync(certificate));
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`nginx did not start: ${nginx.output}`);
      await wait(20);
    }
    return nginx;
  }

  /** Sends a request over one of the kept connections, or those of another agent. */
  send(path: string, { method = 'GET', headers = {}, body, agent = this.agent }: Sent = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = request(new URL(path, this.origin), { agent, method, headers }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) }),
        );
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  /** Sends an operation for somebody; answers its status and what it says. */
  async post(token: string, query: string, variables: object = {}): Promise<{ status: number; answer: any }> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const { status, body } = await this.send('/graphql', {
      method: 'POST',
      headers,
      body: JSON.stringify({ query, variables }),
    });
    const text = body.toString();
    return { status, answer: text.startsWith('{') ? JSON.parse(text) : text };
  }

  /** An agent that believes its certificate and calls from an address of this machine. */
  agentAt(localAddress?: string): Agent {
    return new Agent({ ca: this.certificate, keepAlive: true, ...(localAddress && { localAddress }) });
  }

  /** A class of sockets that believe its certificate. */
  get webSocket(): unknown {
    const ca = this.certificate;
    return class extends WebSocket {
      constructor(url: string, protocols?: string | string[], options?: ClientOptions) {
        super(url, protocols, { ...options, ca });
      }
    };
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    if (this.child.exitCode !== null) return;
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
