import { invalid } from '../../errors.js';

/** A span that ends now. */
export const ReportPeriod = { WEEKLY: 'WEEKLY', MONTHLY: 'MONTHLY' } as const;
/** One of the two periods. */
export type ReportPeriod = (typeof ReportPeriod)[keyof typeof ReportPeriod];

/** From when on a report tells, and up to when without that moment itself. */
export interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** How a span may be asked for; null is as absent. */
export interface SpanChoice {
  readonly period?: ReportPeriod | null;
  readonly from?: Date | null;
  readonly to?: Date | null;
}

const daysSinceMonday = (moment: Date): number => (moment.getUTCDay() + 6) % 7;

/** Midnight in UTC at the beginning of the ISO week or of the calendar month. */
function startOf(period: ReportPeriod, now: Date): Date {
  const day = period === ReportPeriod.WEEKLY ? now.getUTCDate() - daysSinceMonday(now) : 1;
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), day));
}

/** The span that is asked for: a period so far, this very millisecond included, or one between two moments (parity x18). */
export function spanOf({ period, from, to }: SpanChoice, now: Date): Span {
  if (period != null && from == null && to == null) {
    return { from: startOf(period, now), to: new Date(now.getTime() + 1) };
  }
  if (period != null || from == null || to == null) {
    throw invalid(['period'], 'exactly_one', 'Give either `period`, or both `from` and `to`.');
  }
  if (from >= to) throw invalid(['from'], 'order', '`from` must be earlier than `to`.');
  return { from, to };
}
