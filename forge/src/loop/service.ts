/** What the rendering service tells about itself. */

import type { Template, TemplateOption } from '../api';
import { list, record, text, whole } from './json';
import type { Ports } from './ports';
import { ProblemError } from './problem';
import { get } from './renderer';
import type { Limits } from './types';

/** What the service takes at most, and its version. ProblemError `renderer-…`, `unexpected-answer`. */
export async function limits(ports: Ports): Promise<Limits> {
  const told = record(await get(ports, '/version'));
  const most = record(told.limits);
  const part = record(told.part);
  const number = (value: unknown): number => {
    const found = whole(value);
    if (found === undefined) throw new ProblemError('unexpected-answer', { detail: '/version' });
    return found;
  };
  return {
    version: text(told.version),
    pages: number(most.pages),
    namedPages: number(most.named_pages),
    requestBytes: number(most.request_bytes),
    jsonBytes: number(most.json_bytes),
    fileBytes: number(most.file_bytes),
    files: number(most.files),
    part: { pages: number(part.pages), bodyBytes: number(part.body_bytes) },
  };
}

/** The templates of the service with their options. Rejects as `limits` does. */
export async function templates(ports: Ports): Promise<Template[]> {
  const told = list(record(await get(ports, '/v1/templates')).templates).map(record);
  return told.map(({ name, description, digest, options }) => ({
    name: text(name),
    description: text(description),
    digest: text(digest),
    options: list(options).map(optionOf),
  }));
}

function optionOf(value: unknown): TemplateOption {
  const { name, type, default: given, help, choices, minimum, maximum } = record(value);
  const usual = typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean' ? given : '';
  const option: TemplateOption = { name: text(name), type: text(type), default: usual, help: text(help) };
  if (Array.isArray(choices) && choices.length) option.choices = choices.map(text);
  const [least, most] = [whole(minimum), whole(maximum)];
  if (least !== undefined) option.minimum = least;
  if (most !== undefined) option.maximum = most;
  return option;
}
