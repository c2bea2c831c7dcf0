import { deepEqual, ok } from 'node:assert/strict';
import { ask } from './load.mjs';

const tries = 5;

/** Moments are written in more than one way. */
const inOneForm = (answer) =>
  JSON.parse(JSON.stringify(answer), (key, value) =>
    key.endsWith('At') && value !== null ? new Date(value).toISOString() : value,
  );

const answerOf = async ({ url, session }, query, sample) =>
  inOneForm(session.read(query, await ask(url, session.request(query, sample))));

/** A comment that was answered has to be there. */
async function checkComment(database, comment, sample) {
  const { rows } = await database.query(
    `select c.id, body, sent_at as "sentAt", json_build_object('id', u.id, 'name', u.name) as author
     from comments c join users u on u.id = c.author_id where c.id = $1 and ticket_id = $2`,
    [comment.id, sample.id],
  );
  deepEqual(comment, inOneForm(rows[0]));
  deepEqual([comment.body, comment.author.id], [sample.body, sample.viewer.id]);
}

/** Throws unless a server answers some of the samples just as the reference does; what is written is compared with the database. */
export async function checkAnswers(database, server, reference, { query }, samples) {
  const step = Math.max(1, Math.floor(samples.length / tries));
  for (const sample of samples.filter((_, n) => n % step === 0).slice(0, tries)) {
    const answer = await answerOf(server, query, sample);
    if (query === 'addComment') {
      await checkComment(database, answer, sample);
      continue;
    }
    deepEqual(answer, await answerOf(reference, query, sample));
    if (query !== 'search') ok((answer.comments ?? answer.tickets).length > 0, `nothing was found by ${query}`);
  }
}
