import { limits } from '../../src/graphql/limits.js';
import { post, RawSocket, refusalCodes } from '../doors/support.js';
import { TestGateway } from '../support/gateway.js';
import { slowTexts } from './hostile.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({ INTROSPECTION: 'off' });
});
afterAll(() => gateway.stop());

// One of them took minutes before: the limit of time is that of the whole of a test, and far from what is needed.
describe('Where names of the schema are not hinted at, texts that take a pattern long to go through', () => {
  it('are refused over HTTP like any others', async () => {
    for (const type of slowTexts(1_000_000)) {
      const query = 'query ($type: StateType!) { states(type: $type) { id } }';
      const answer = await post(gateway.url, { query, variables: { type } });
      expect([answer.status, refusalCodes(answer)]).toEqual([400, ['VALIDATION_FAILED']]);
      expect(answer.text).not.toContain('Did you mean the enum value');
    }
  }, 30_000);

  it('are refused over the socket like any others', async () => {
    const socket = await RawSocket.open(gateway.url);
    const query = 'subscription ($levels: [AccessLevel!]) { ticketFeed(filter: { accessLevel: $levels }) { cursor } }';
    for (const text of slowTexts(limits.frameBytes - 10_000)) {
      expect(await socket.ask(query, { levels: [text] })).toMatchObject({
        type: 'error',
        payload: [{ extensions: { code: 'VALIDATION_FAILED' } }],
      });
    }
    socket.close();
  }, 30_000);
});
