/** What an export asks the service for. */

import type { Diagnostic, Job, PartTask } from './types';

/** What the manifest is to say of the source. */
export interface SourceFacts {
  diagnostics: Diagnostic[];
  digests: Record<string, string>;
}

/** What all requests of a job have in common. */
function common(job: Job): Record<string, unknown> {
  const { outline, options } = job;
  return {
    title: outline.title,
    pages: outline.pages,
    spaces: outline.spaces,
    template: options.template,
    settings: options.settings,
    timestamp: job.timestamp,
    images: options.images,
  };
}

/** Asks for some pages, or what they lack. */
export function partRequest(job: Job, task: PartTask): Record<string, unknown> {
  const { attachments, manifest } = job.options;
  return { ...common(job), delivery: { attachments, manifest }, part: task };
}

/** Asks for the document. */
export function documentRequest(job: Job, source: SourceFacts): Record<string, unknown> {
  const { attachments, manifest, split } = job.options;
  const { diagnostics, digests } = source;
  return {
    ...common(job),
    delivery: { name: job.name, split, attachments, manifest },
    source: { diagnostics, digests },
  };
}

/** Asks for pictures of sheets. */
export function previewRequest(job: Job, show: string): Record<string, unknown> {
  return { ...common(job), show };
}
