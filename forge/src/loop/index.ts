/**
 * The fetch loop: pages of Confluence become a PDF by asking the rendering service what it lacks, with the rights of
 * whoever asks. It knows nothing of where it runs. All that fails is a ProblemError, or what the ports reject with.
 */

export { fromBase64, toBase64 } from './base64';
export { readBodies } from './bodies';
export { children, labelsOf, roots, searchPages, spacesLike } from './browse';
export { CALLS, type Call } from './calls';
export { Cutter, cut } from './cut';
export { sha256 } from './hash';
export { hasBody } from './nodes';
export { countPages, readBeginning, readOutline } from './outline';
export { makePart } from './parts';
export * from './ports';
export { preview } from './preview';
export * from './problem';
export { assemble, renderAtOnce } from './render';
export { limits, templates } from './service';
export { fileName } from './title';
export * from './types';
export * from './wish';
