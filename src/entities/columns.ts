import { Column, type ColumnOptions, PrimaryGeneratedColumn } from 'typeorm';

/** A random uuid as the primary key: ids tell nothing about how many rows there are. */
export const Id = (): PropertyDecorator => PrimaryGeneratedColumn('uuid');

/** A moment, kept to the millisecond so that what clients read compares equal to what is stored. */
export const Instant = (options: ColumnOptions = {}): PropertyDecorator =>
  Column('timestamptz', { precision: 3, ...options });

/** The moment at which the row was written. */
export const WrittenAt = (): PropertyDecorator => Instant({ default: () => 'now()' });

/** A number that the database counts up; the type of TypeORM's options does not know this strategy, TypeORM does. */
export const Identity = (): PropertyDecorator =>
  Column('int', { generated: 'identity', generatedIdentity: 'BY DEFAULT' } as unknown as ColumnOptions);
