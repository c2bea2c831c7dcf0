import { Args, ArgsType, Ctx, Field, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import type { Report, TicketReports } from '../../services/report/reports.js';
import type { ReportRow } from '../../services/report/row.js';
import { ReportPeriod } from '../../services/report/span.js';
import type { Context } from '../context.js';
import { type Connection, connectionOf, PageArgs, windowOf } from '../shared/pagination.js';
import { DateTimeScalar } from '../shared/scalars.js';
import { CheckedLater } from '../shared/validation.js';
import { TicketReportConnectionType, TicketReportType } from './report.type.js';

const pageSize = 20;

/** Which span of time a report is about. */
@ArgsType()
export class TicketReportArgs {
  @CheckedLater()
  @Field(() => ReportPeriod, { nullable: true, description: 'A period that ends now.' })
  period?: ReportPeriod | null;

  @CheckedLater()
  @Field(() => DateTimeScalar, { nullable: true, description: 'The first moment; together with `to`.' })
  from?: Date | null;

  @CheckedLater()
  @Field(() => DateTimeScalar, { nullable: true, description: 'The moment after the last; together with `from`.' })
  to?: Date | null;
}

type Rows = Connection<ReportRow> & { count: () => Promise<number> };

/** Reports. */
@Resolver(() => TicketReportType)
export class TicketReportResolver {
  constructor(private readonly reports: TicketReports) {}

  @Query(() => TicketReportType, {
    nullable: true,
    description:
      'Staff. Tells of the tickets that were opened in a period, or from one moment to another: give either. Null, with FORBIDDEN, for customers.',
  })
  ticketReport(
    @Args(() => TicketReportArgs) choice: TicketReportArgs,
    @Ctx() { viewer, locales }: Context,
  ): Promise<TicketReportType> {
    return this.reports.open(viewer, choice, locales, 'ticketReport');
  }

  @FieldResolver(() => TicketReportConnectionType, { description: 'The tickets, oldest first.' })
  async rows(
    @Root() report: Report,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() { loaders, viewer }: Context,
  ): Promise<Rows> {
    const { reports } = this;
    const window = windowOf(page, pageSize, (cursor, path) => reports.readCursor(cursor, path));
    const loaded = await reports.window(viewer, loaders, report, window);
    return { ...connectionOf(loaded, (row) => reports.writeCursor(row)), count: () => reports.count(viewer, report) };
  }

  @FieldResolver(() => String, {
    description:
      'A link to the same tickets in the same languages as a CSV file, good for five minutes and without a token: UTF-8 with a byte order mark, commas, `NA` for null. A cell that a spreadsheet would run as a formula has an apostrophe in front. The rights of whoever asked for it are looked at again when it is used.',
  })
  csvUrl(@Root() report: Report, @Ctx() { viewer }: Context): string {
    return this.reports.csvUrl(viewer, report);
  }
}

/** Pages of the rows of a report. */
@Resolver(() => TicketReportConnectionType)
export class TicketReportConnectionResolver {
  @FieldResolver(() => Int, { description: 'How many rows there are: exact up to 10,000, and never more.' })
  totalCount(@Root() { count }: Rows): Promise<number> {
    return count();
  }
}
