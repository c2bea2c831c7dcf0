import type DataLoader from 'dataloader';
import { getNamedType, type GraphQLResolveInfo } from 'graphql';
import type { SignedInViewer } from '../../auth/viewer.js';
import type { Database } from '../../db/database.js';
import type { Window } from '../../db/keyset.js';
import type { Loaders } from '../../loaders/loaders.js';
import { type One, relations } from '../../loaders/relations.js';
import { fields } from '../fields.js';
import { keyOf, type Plan, planOf } from './plan.js';
import { entityOf, isBare, type Line, type Part, writeStatement } from './statement.js';

type Row = Readonly<Record<string, unknown>>;

/** Who reads, and where what was read is kept for the resolvers. */
export interface Reader {
  readonly db: Database;
  readonly viewer: SignedInViewer;
  readonly loaders: Loaders;
}

/**
 * Reads, with one statement, what an operation goes on to ask of the tickets that its root field has answered, and leaves it with
 * the loaders: the resolvers find it there. What it does not know of they read themselves.
 */
export async function prefetch(reader: () => Reader, info: GraphQLResolveInfo, answer: unknown): Promise<void> {
  const type = getNamedType(info.returnType).name;
  const [field, another] = info.fieldNodes;
  // Loaders read for several root fields at once, which is fewer statements than one for each.
  const isAlone = info.operation.selectionSet.selections.length === 1 && another === undefined;
  if (!field || !isAlone || !(type in fields)) return;
  const rows = rowsOf(answer);
  const parts = partsOf(planOf(field, type, info), info.variableValues);
  // One statement it is in any case.
  if (rows.length === 0 || parts.length < 2) return;
  await new Harvest(reader(), parts, rows).bringIn();
}

/** The tickets that a root field answers: one, or those of a page. */
function rowsOf(answer: unknown): readonly Row[] {
  if (typeof answer !== 'object' || answer === null) return [];
  const { nodes, items } = answer as { nodes?: Row[]; items?: Row[] };
  return nodes ?? items ?? [answer as Row];
}

/** What of a plan an operation with these variables asks for: without a page there is nothing below it. */
function partsOf(plan: Plan, variables: GraphQLResolveInfo['variableValues']): Part[] {
  const left = new Set<unknown>([null]);
  return plan.flatMap((step): Part[] => {
    const window = step.kind === 'page' ? step.window(variables) : undefined;
    if (!left.has(step.parent) || window === null) return [];
    left.add(step);
    return [{ step, ...(window && { window }) }];
  });
}

class Harvest {
  private readonly found = new Map<unknown, readonly Row[]>();

  constructor(
    private readonly reader: Reader,
    private readonly parts: readonly Part[],
    rows: readonly Row[],
  ) {
    this.found.set(null, rows);
  }

  async bringIn(): Promise<void> {
    const { db, viewer } = this.reader;
    const leadsOn = this.parts.some(({ step }) => step.parent === null && this.keys(null, keyOf(step)).length > 0);
    if (!leadsOn) return;
    const { sql, values } = writeStatement(db, viewer, this.parts, (property) => this.keys(null, property));
    const lines: Line[][] = this.parts.map(() => []);
    for (const line of await db.query<Line>(sql, values)) lines[line.part]?.push(line);
    this.parts.forEach((part, index) => this.keep(part, lines[index]?.sort((a, b) => a.place - b.place) ?? []));
  }

  /** What the rows of a step hold in a property, without nulls. */
  private keys(step: unknown, property: string): string[] {
    const values = (this.found.get(step) ?? []).flatMap((row) => row[property] as string | readonly string[] | null);
    return [...new Set(values.filter((value) => value !== null))];
  }

  private keep(part: Part, lines: Line[]): void {
    const { step, window } = part;
    const { loaders, db } = this.reader;
    const keys = this.keys(step.parent, keyOf(step));
    if (step.kind === 'count') {
      const totals = new Map(lines.map((line) => [line.parentKey, Number(line.c0)]));
      for (const key of keys) loaders[step.relation].primeCount(key, totals.get(key) ?? 0);
      return;
    }
    const texts = isBare(part) ? [] : db.texts(entityOf(step));
    const rows = lines.map((line) => {
      const row: Record<string, unknown> = {};
      texts.forEach(({ property, read }, n) => {
        const text = line[`c${n}`] ?? null;
        row[property] = text === null ? null : read(text);
      });
      return row;
    });
    this.found.set(step, rows);
    if (step.kind === 'keyed' && relations[step.relation].kind === 'one') {
      const { key: property } = relations[step.relation] as One<object>;
      const byKey = new Map(rows.map((row) => [row[property], row]));
      const loader = loaders[step.relation] as unknown as DataLoader<string, Row | null>;
      for (const key of keys) loader.prime(key, byKey.get(key) ?? null);
      return;
    }
    const byParent = new Map<string | null, Row[]>(keys.map((key) => [key, []]));
    rows.forEach((row, index) => byParent.get(lines[index]?.parentKey ?? null)?.push(row));
    for (const [key, ofParent] of byParent as Map<string, Row[]>) {
      if (step.kind === 'page') loaders[step.relation].prime(key, window as Window<number>, ofParent as never[]);
      else (loaders[step.relation] as unknown as DataLoader<string, Row[]>).prime(key, ofParent);
    }
  }
}
