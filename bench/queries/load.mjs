import { Agent, request as httpRequest } from 'node:http';
import { quantile } from '../machine.mjs';

const failed = Buffer.from('"errors":');

/** One request; resolves to the body of its answer, and rejects whatever is no success. */
function send(agent, url, { headers, body }) {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { agent, method: 'POST', headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const answer = Buffer.concat(chunks);
        if (response.statusCode === 200 && !answer.includes(failed)) resolve(answer);
        else reject(new Error(`${response.statusCode} to ${body}:\n${answer.subarray(0, 2_000)}`));
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** A fixed number of connections to one server. */
export class Client {
  constructor(url, connections) {
    this.url = url;
    this.connections = connections;
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** Sends so many of the requests over and over, as many at a time as there are connections, but for no longer than a while. */
  async flood(requests, { count, ms }) {
    const startedAt = performance.now();
    const latencies = [];
    let next = 0;
    const worker = async () => {
      while (next < count && performance.now() - startedAt < ms) {
        const request = requests[next++ % requests.length];
        const sentAt = performance.now();
        await send(this.agent, this.url, request);
        latencies.push(performance.now() - sentAt);
      }
    };
    await Promise.all(Array.from({ length: this.connections }, worker));
    const seconds = (performance.now() - startedAt) / 1_000;
    const answered = latencies.length;
    return { answered, rps: answered / seconds, p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99) };
  }

  /** Sends so many a second, whether or not the earlier ones were answered. */
  async pace(requests, { rate, ms }) {
    const startedAt = performance.now();
    const sent = [];
    const failures = [];
    await new Promise((resolve) => {
      const timer = setInterval(() => {
        const elapsed = performance.now() - startedAt;
        const due = (Math.min(elapsed, ms) * rate) / 1_000;
        while (sent.length < due) {
          const answer = send(this.agent, this.url, requests[sent.length % requests.length]);
          sent.push(answer.catch((error) => failures.push(error)));
        }
        if (elapsed < ms) return;
        clearInterval(timer);
        resolve();
      }, 1);
    });
    await Promise.all(sent);
    if (failures.length > 0) throw failures[0];
  }

  close() {
    this.agent.destroy();
  }
}

/** The answer to one request, outside of what is measured. */
export const ask = async (url, request) => JSON.parse(await send(new Agent(), url, request));

/** A request with a JSON body, ready to be sent. */
export function post(value, headers = {}) {
  const body = JSON.stringify(value);
  const length = Buffer.byteLength(body);
  return { body, headers: { 'content-type': 'application/json', 'content-length': length, ...headers } };
}
