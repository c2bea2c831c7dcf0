import { type ArgumentPath, invalid } from '../errors.js';
import { isStorable, titleLimit } from './text.js';
import type { Condition, FilterScope, ImageScope, ImageTest } from './condition.js';
import { ticketConditions } from './ticket-conditions.js';
import type { TicketFilterFields } from './ticket-filter-fields.js';

/** What a ticket has to be like to be listed; null is as absent. */
export interface TicketFilter extends TicketFilterFields {
  and?: TicketFilter[] | null;
  or?: TicketFilter[] | null;
  not?: TicketFilter | null;
}

/** What one filter may ask for. */
const filterLimits = { levels: 5, conditions: 50, items: 1_000 } as const;

const pathOfFilter: ArgumentPath = ['filter'];

/** VALIDATION_FAILED for a filter that is too deep, has too many conditions or items, or asks for a title that can't be. */
export function checkFilter(filter: TicketFilter, path = pathOfFilter, level = 1, count = { conditions: 0 }): void {
  if (level > filterLimits.levels) {
    throw invalid(path, 'levels', `A filter may have at most ${filterLimits.levels} levels.`);
  }
  for (const [field, value] of Object.entries(filter) as [string, unknown][]) {
    if (value === null || value === undefined) continue;
    const at = [...path, field];
    if (Array.isArray(value) && value.length > filterLimits.items) {
      throw invalid(at, 'items', `\`${field}\` may have at most ${filterLimits.items} items.`);
    }
    if (field === 'not') {
      checkFilter(value, at, level + 1, count);
    } else if (field === 'and' || field === 'or') {
      for (const [index, part] of (value as TicketFilter[]).entries()) {
        checkFilter(part, [...at, String(index)], level + 1, count);
      }
    } else if (++count.conditions > filterLimits.conditions) {
      throw invalid(at, 'conditions', `A filter may have at most ${filterLimits.conditions} conditions.`);
    } else if (field === 'title') {
      checkTitle(value as string, at);
    }
  }
}

function checkTitle(title: string, path: ArgumentPath): void {
  const length = [...title.trim()].length;
  if (length >= 1 && length <= titleLimit && isStorable(title)) return;
  const message = `\`title\` must have 1..${titleLimit} characters, none of them NUL or half of a surrogate pair.`;
  throw invalid(path, 'length', message);
}

/**
 * The filter as a condition of SQL. Its logic has two values: what is unknown because a column is empty counts as false,
 * so that every ticket matches either a filter or its `not`.
 */
export function filterCondition({ and, or, not, ...fields }: TicketFilter, scope: FilterScope): string {
  const parts = conditionsOn(fields).map(([{ sql }, value]) => sql(scope, value));
  if (and) parts.push(...and.map((part) => filterCondition(part, scope)));
  if (or) parts.push(or.length === 0 ? 'false' : `(${or.map((part) => filterCondition(part, scope)).join(' or ')})`);
  if (not) parts.push(`(${filterCondition(not, scope)}) is not true`);
  return parts.length === 0 ? 'true' : `(${parts.join(' and ')})`;
}

/** The filter as a test of images, with the same logic. */
export function filterTest({ and, or, not, ...fields }: TicketFilter, scope: ImageScope): ImageTest {
  const tests = conditionsOn(fields).map(([{ image }, value]) => image(scope, value));
  if (and) tests.push(...and.map((part) => filterTest(part, scope)));
  if (or) {
    const parts = or.map((part) => filterTest(part, scope));
    tests.push((image) => parts.some((test) => test(image)));
  }
  if (not) {
    const test = filterTest(not, scope);
    tests.push((image) => !test(image));
  }
  return (image) => tests.every((test) => test(image));
}

const conditionsOn = (fields: TicketFilterFields): [Condition<unknown>, unknown][] =>
  (Object.entries(fields) as [keyof TicketFilterFields, unknown][])
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([field, value]) => [ticketConditions[field] as Condition<unknown>, value]);
