import { databaseConstraint, isBrokenReference } from '../db/failures.js';
import { type AppError, type ArgumentPath, invalid } from '../errors.js';

/** Runs a statement; when it breaks one of the named constraints, the error is the one that it means to the caller. */
export async function explained<T>(
  statement: Promise<T>,
  meanings: Readonly<Record<string, () => AppError>>,
): Promise<T> {
  try {
    return await statement;
  } catch (error) {
    throw meanings[databaseConstraint(error) ?? '']?.() ?? error;
  }
}

/** The error of a value that somebody else has: `what` says whose value it is. */
export const taken = (argument: string, what: string) => (): AppError =>
  invalid(['input', argument], 'unique', `There is another ${what} with this \`${argument}\`.`);

/** Runs a statement that deletes a row; when others refer to the row, the error says that it is in use. */
export async function unlessInUse<T>(statement: Promise<T>, path: ArgumentPath, what: string): Promise<T> {
  try {
    return await statement;
  } catch (error) {
    if (!isBrokenReference(error)) throw error;
    throw invalid(path, 'in_use', `The ${what} is in use, so it can not be deleted.`);
  }
}
