import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary } from '@zxcvbn-ts/language-common';

/**
 * The estimator with its lists: 8 MB, so that this module is loaded when it is needed. Its packages are CommonJS, whose names only
 * a static import finds in the bundle as well.
 */
export function makeEstimator(maxLength: number): ZxcvbnFactory {
  return new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength });
}
