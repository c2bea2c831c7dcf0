import type { Window } from '../../db/keyset.js';
import { relations } from '../../loaders/relations.js';
import type { PageName, Writing } from '../fields.js';
import { jsonOfCondition, jsonOfPlainText, orNull } from './json-sql.js';
import {
  type Compiler,
  countOf,
  type Nodes,
  objectOf,
  type Place,
  positionOf,
  rowBelow,
  rowsOf,
  type Template,
} from './parts.js';

/** Writes one page of a connection: the rows first, and what hangs on them afterwards. */
export class PageTemplate {
  private readonly found: string;
  private readonly columns: Template[] = [];
  private readsRows = false;
  private looksBeyond = false;

  constructor(
    private readonly compiler: Compiler,
    private readonly name: PageName,
    private readonly window: Window<number>,
    private readonly place: Place,
  ) {
    this.found = rowBelow(place);
  }

  /** The template of what is asked of the page; null where the database can't write all of it. */
  of(nodes: Nodes): Template | null {
    const connection = this.object(nodes, 'CommentConnection', (asked) => {
      switch (asked[0].name.value) {
        case 'nodes':
          return this.list(this.node(asked));
        case 'edges':
          return this.list(this.edge(asked));
        case 'pageInfo':
          return this.object(asked, 'PageInfo', ([{ name }]) => this.about(name.value));
        case 'totalCount':
          return countOf(this.name, this.place);
        default:
          return null;
      }
    });
    return connection && ((row, writing) => `(select ${connection(row, writing, '')}${this.source(row, writing)})`);
  }

  private object(nodes: Nodes, typeName: string, fieldOf: (asked: Nodes) => Template | null): Template | null {
    return objectOf(nodes, typeName, this.compiler.scope, fieldOf);
  }

  private node(asked: Nodes): Template | null {
    const below = { entity: relations[this.name].entity, depth: this.place.depth + 1, hasTicket: true };
    return this.compiler.object(asked, 'Comment', below);
  }

  private edge(asked: Nodes): Template | null {
    return this.object(asked, 'CommentEdge', (below) => {
      switch (below[0].name.value) {
        case 'node':
          return this.node(below);
        case 'cursor':
          return (row, writing, ticket) =>
            jsonOfPlainText(writing.position(`${ticket}.id`, positionOf(this.name, row, writing)));
        default:
          return null;
      }
    });
  }

  /** One more column of the rows, and the array of them. */
  private list(column: Template | null): Template | null {
    if (!column) return null;
    const name = `x.c${this.columns.push(column) - 1}`;
    this.readsRows = true;
    return () => `'[' || coalesce(string_agg(${name}, ',' order by x.place)${this.within()}, '') || ']'`;
  }

  private about(name: string): Template | null {
    const isForward = this.window.from === 'front';
    switch (name) {
      case 'hasNextPage':
        return this.beyond(isForward);
      case 'hasPreviousPage':
        return this.beyond(!isForward);
      case 'startCursor':
        return this.end('min');
      case 'endCursor':
        return this.end('max');
      default:
        return null;
    }
  }

  private beyond(isThisWay: boolean): Template {
    if (!isThisWay) return () => `'false'`;
    this.readsRows = this.looksBeyond = true;
    return () => jsonOfCondition(`count(*) > ${this.window.limit}`);
  }

  private end(which: 'min' | 'max'): Template {
    this.readsRows = true;
    return (row, writing) => {
      const seq = `${which}(x.place)${this.within()}`;
      return orNull(jsonOfPlainText(writing.position(`${row}.id`, seq)));
    };
  }

  /** Leaves out the row beyond the page, where one is looked for. */
  private within(): string {
    return this.looksBeyond ? ` filter (where x.n <= ${this.window.limit})` : '';
  }

  private source(row: string, writing: Writing): string {
    if (!this.readsRows) return '';
    const { found, window } = this;
    const position = positionOf(this.name, found, writing);
    const order = `order by ${position} ${window.from === 'front' ? 'asc' : 'desc'}`;
    const rows = rowsOf(this.name, found, row, writing);
    const columns = this.columns.map((column) => column(found, writing, row));
    if (!this.looksBeyond) {
      const named = columns.map((json, index) => `, ${json} as c${index}`).join('');
      return ` from (select ${position} as place${named} from (
        select * from ${rows} ${order} limit ${window.limit}) ${found}) x`;
    }
    const named = columns.map(
      (json, index) => `, case when ${found}.n <= ${window.limit} then ${json} end as c${index}`,
    );
    return ` from (select ${found}.n, ${position} as place${named.join('')} from (
        select *, row_number() over (${order}) as n from ${rows} ${order} limit ${window.limit + 1}) ${found}) x`;
  }
}
