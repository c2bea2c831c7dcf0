import { PeopleAndLookUps1763900000001 } from './1763900000001-people-and-look-ups.js';
import { TicketsAndConversations1763900000002 } from './1763900000002-tickets-and-conversations.js';
import { FirstStatesAndTopics1763900000003 } from './1763900000003-first-states-and-topics.js';
import { ListsAndSearch1763900000004 } from './1763900000004-lists-and-search.js';
import { Splits1763900000005 } from './1763900000005-splits.js';
import { PeopleByName1763900000006 } from './1763900000006-people-by-name.js';
import { Files1763900000008 } from './1763900000008-files.js';
import { JobsAndMail1763900000009 } from './1763900000009-jobs-and-mail.js';
import { Feed1763900000010 } from './1763900000010-feed.js';
import { Retention1763900000011 } from './1763900000011-retention.js';
import { Audit1763900000012 } from './1763900000012-audit.js';
import { ReadFloors1763900000014 } from './1763900000014-read-floors.js';
import { ExcludedWords1763900000015 } from './1763900000015-excluded-words.js';

/** Every migration, oldest first. */
export const migrations = [
  PeopleAndLookUps1763900000001,
  TicketsAndConversations1763900000002,
  FirstStatesAndTopics1763900000003,
  ListsAndSearch1763900000004,
  Splits1763900000005,
  PeopleByName1763900000006,
  Files1763900000008,
  JobsAndMail1763900000009,
  Feed1763900000010,
  Retention1763900000011,
  Audit1763900000012,
  ReadFloors1763900000014,
  ExcludedWords1763900000015,
];
