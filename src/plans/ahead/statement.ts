import type { SignedInViewer } from '../../auth/viewer.js';
import { type Bind, type Database, type Entity, parameters } from '../../db/database.js';
import type { Window } from '../../db/keyset.js';
import { type Many, type One, type Page, relations } from '../../loaders/relations.js';
import { keyOf, type Step } from './plan.js';

/** A step of a plan with the page that the operation asks for, where it asks for one. */
export interface Part {
  readonly step: Step;
  readonly window?: Window<number>;
}

/** A row that the statement answers: of which part, in which place, for which parent, and its columns as texts. */
export interface Line {
  readonly part: number;
  readonly place: number;
  readonly parentKey: string | null;
  readonly [column: `c${number}`]: string | null;
}

type Relation = One<object> | Many<object> | Page<object>;
const relationOf = ({ relation }: Step): Relation => relations[relation] as unknown as Relation;

/** The table whose rows a step leads to. */
export const entityOf = (step: Step): Entity<object> => relationOf(step).entity;

/** Whether only it matters how many rows there are: a page of none still tells whether there are more. */
export const isBare = ({ step, window }: Part): boolean => step.kind === 'count' || window?.limit === 0;

/**
 * Writes one statement that reads all parts for the rows that are there. The rows of different tables come as texts, which cost
 * PostgreSQL a sixth of what JSON does.
 */
export function writeStatement(
  db: Database,
  viewer: SignedInViewer,
  parts: readonly Part[],
  rootKeys: (property: string) => readonly unknown[],
): { sql: string; values: unknown[] } {
  const { values, bind } = parameters();
  const width = Math.max(1, ...parts.map((part) => (isBare(part) ? 1 : db.texts(entityOf(part.step)).length)));
  const writer = new Writer(db, viewer, parts, bind, rootKeys);
  const withs: string[] = [];
  const selects: string[] = [];
  parts.forEach((part, index) => {
    const source = writer.source(part);
    const leadsOn = parts.some(({ step }) => step.parent === part.step);
    if (leadsOn) withs.push(`n${index} as materialized (${source})`);
    const columns =
      part.step.kind === 'count'
        ? ['r.total::text']
        : isBare(part)
          ? []
          : db.texts(entityOf(part.step)).map(({ column }) => `r.${column}::text`);
    const padded = Array.from({ length: width }, (_, n) => `${columns[n] ?? 'null::text'} as c${n}`);
    selects.push(`
      select ${index} as part, r.place::int as place, r.parent_key as "parentKey", ${padded.join(', ')}
      from ${leadsOn ? `n${index}` : `(${source})`} r`);
  });
  const sql = `${withs.length > 0 ? `with ${withs.join(', ')}` : ''} ${selects.join(' union all ')}`;
  return { sql, values };
}

class Writer {
  constructor(
    private readonly db: Database,
    private readonly viewer: SignedInViewer,
    private readonly parts: readonly Part[],
    private readonly bind: Bind,
    private readonly rootKeys: (property: string) => readonly unknown[],
  ) {}

  source({ step, window }: Part): string {
    const relation = relationOf(step);
    const { db } = this;
    const table = db.table(relation.entity);
    const condition = relation.where ? ` and ${relation.where(this.viewer, 'r', this.bind)}` : '';
    const keys = this.keys(step);
    if (relation.kind === 'page') {
      const key = `r.${db.column(relation.entity, relation.key)}`;
      if (step.kind === 'count' || !window) {
        return `select ${key} as parent_key, 0 as place, count(*)::int as total from ${table} r
          where ${key} = any(${keys})${condition} group by 1`;
      }
      const position = `r.${db.column(relation.entity, relation.position(this.viewer))}`;
      return `select p.id as parent_key, page.* from unnest(${keys}) as p(id) cross join lateral (
          select ${position} as place, r.* from ${table} r where ${key} = p.id${condition}
          order by ${position} ${window.from === 'front' ? 'asc' : 'desc'} limit ${this.bind(window.limit + 1)}
        ) page`;
    }
    if (relation.kind === 'one') {
      const key = `r.${db.column(relation.entity, relation.key)}`;
      return `select null::uuid as parent_key, 0 as place, r.* from ${table} r where ${key} = any(${keys})${condition}`;
    }
    const { through, order } = relation;
    const key = through
      ? `j.${db.column(through.entity, through.parent as never)}`
      : `r.${db.column(relation.entity, relation.key as never)}`;
    const junction = through
      ? ` join ${db.table(through.entity)} j on j.${db.column(through.entity, through.child as never)} = r.id`
      : '';
    const sorted = order.map((property) => `r.${db.column(relation.entity, property)}`).join(', ');
    return `select ${key} as parent_key, row_number() over (order by ${sorted}) as place, r.* from ${table} r${junction}
      where ${key} = any(${keys})${condition}`;
  }

  /** The keys that the rows of the step before hold, as an array of PostgreSQL. */
  private keys(step: Step): string {
    const from = keyOf(step);
    const { parent } = step;
    if (parent === null) return `${this.bind(this.rootKeys(from))}::uuid[]`;
    const index = this.parts.findIndex((part) => part.step === parent);
    const entity = entityOf(parent) as Entity<Record<string, unknown>>;
    const counter = step.kind === 'keyed' && step.counter;
    const where = counter ? ` where ${this.db.column(entity, counter)} > 0` : '';
    return `array(select ${this.db.column(entity, from)} from n${index}${where})`;
  }
}
