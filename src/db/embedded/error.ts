/** Says in one sentence, naming the folder, why the embedded database cannot be opened or has stopped. */
export class EmbeddedEngineError extends Error {
  override name = 'EmbeddedEngineError';
}
