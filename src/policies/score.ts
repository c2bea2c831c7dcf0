import { VoteScale } from '../entities/vote.js';

const normalize: Record<VoteScale, (score: number) => number> = {
  [VoteScale.THUMBS]: (score) => (score + 1) / 2,
  [VoteScale.FIVE_POINT]: (score) => (score - 1) / 4,
  [VoteScale.TEN_POINT]: (score) => (score - 1) / 9,
};

/** A score on 0..1, so that the three scales can be averaged; what is stored stays as it was given (parity x2). */
export const normalizedScore = (scale: VoteScale, score: number): number => normalize[scale](score);
