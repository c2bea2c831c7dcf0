/** What is searched for, by how often it is found. */
export const words = { rare: 'E-4711', common: 'certificate', 'very common': 'web' };
const body =
  'Since about nine this morning every page takes ten seconds or more, and two of our shops can not take any orders at all. ' +
  'I have restarted it twice, which makes it better for some minutes and then it is back. When can we expect a fix for this?';

const byAgents = (rows, { agents }) => rows.map((row, n) => ({ ...row, viewer: agents[n % agents.length] }));

const searches = Object.entries(words).map(([frequency, text]) => ({
  name: `search, ${frequency} word`,
  query: 'search',
  agent: ({ agents }) => agents.map((viewer) => ({ viewer, text })),
  customer: ({ inbox }) => inbox.map(({ viewer }) => ({ viewer, text })),
}));

/** What is asked of everybody: for each role, one sample for each request, over and over. */
export const cases = [
  {
    name: 'thread',
    query: 'thread',
    agent: (samples) => byAgents(samples.threads, samples),
    customer: ({ threads }) => threads,
  },
  {
    name: 'inbox',
    query: 'inbox',
    agent: ({ agents }) => agents.map((viewer) => ({ viewer })),
    customer: ({ inbox }) => inbox,
  },
  {
    name: 'deep page, by cursor',
    query: 'deepCursor',
    agent: (samples) =>
      byAgents(
        samples.places.map((place) => ({ place })),
        samples,
      ),
  },
  {
    name: 'deep page, by number',
    query: 'deepPage',
    agent: (samples) =>
      byAgents(
        samples.pages.map((page) => ({ page })),
        samples,
      ),
  },
  ...searches,
  {
    name: 'add a comment',
    query: 'addComment',
    writes: true,
    agent: (samples) =>
      byAgents(
        samples.open.map((row) => ({ ...row, body })),
        samples,
      ),
    customer: ({ open }) => open.map((row) => ({ ...row, body })),
  },
];
