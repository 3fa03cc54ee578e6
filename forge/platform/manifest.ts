/** The manifest, as far as the platform needs it. */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';

/** The fields of modules that matter here. */
export interface Module {
  key: string;
  function?: string;
  resolver?: { function?: string; endpoint?: string };
  resource?: string;
  title?: string | { i18n: string };
  tooltip?: string | { i18n: string };
  route?: string;
  viewportSize?: string | { width: string; height?: string };
  viewportContainer?: string;
  queue?: string;
  interval?: string;
  events?: string[];
  handler?: string;
  timeoutSeconds?: number;
  remote?: string;
  service?: string;
  isHidden?: boolean;
}

export interface Remote {
  key: string;
  baseUrl?: string | Record<string, string>;
  operations?: string[];
  configurable?: { name: string; description?: string; supportedPatterns?: string[] };
}

interface Written {
  app: { id: string; runtime: { name: string; memoryMB?: number } };
  environment?: { variables?: { key: string; default?: string }[] };
  modules: Record<string, Module[]>;
  resources?: { key: string; path: string }[];
  remotes?: Remote[];
  services?: { key: string }[];
  permissions: {
    scopes: string[] | Record<string, { allowImpersonation?: boolean }>;
    external?: Record<string, unknown>;
    content?: { styles?: string[]; scripts?: string[] };
  };
  translations?: { resources?: { key: string; path: string }[]; fallback?: { default?: string } };
}

export class Manifest {
  /** The folder that it is in. */
  readonly folder: string;
  readonly #written: Written;

  /** `variables` fill in `${…}`; then come the defaults that the manifest names. Error if one is missing. */
  constructor(file: string, variables: Record<string, string> = {}) {
    this.folder = dirname(file);
    const text = readFileSync(file, 'utf8');
    const written = parse(text) as Written;
    const defaults = (written.environment?.variables ?? []).map(one => [one.key, one.default ?? ''] as const);
    const values: Record<string, string> = { ...Object.fromEntries(defaults), ...variables };
    this.#written = filled(written, values) as Written;
  }

  get app(): Written['app'] {
    return this.#written.app;
  }

  get scopes(): string[] {
    const { scopes } = this.#written.permissions;
    return Array.isArray(scopes) ? scopes : Object.keys(scopes);
  }

  /** Scopes that allow offline impersonation. */
  get offlineScopes(): string[] {
    const { scopes } = this.#written.permissions;
    return Array.isArray(scopes) ? [] : Object.keys(scopes).filter(key => scopes[key]?.allowImpersonation);
  }

  get external(): Record<string, unknown> {
    return this.#written.permissions.external ?? {};
  }

  get content(): { styles?: string[]; scripts?: string[] } {
    return this.#written.permissions.content ?? {};
  }

  modules(type: string): Module[] {
    return this.#written.modules[type] ?? [];
  }

  /** Modules with an interface, with their types. */
  get views(): (Module & { type: string })[] {
    return Object.entries(this.#written.modules).flatMap(([type, modules]) =>
      type.startsWith('confluence:') ? modules.filter(made => made.resource).map(made => ({ ...made, type })) : [],
    );
  }

  view(key: string): Module & { type: string } {
    const found = this.views.find(made => made.key === key);
    if (!found) {
      throw new Error(`The manifest has no module with an interface called “${key}”.`);
    }
    return found;
  }

  function(key: string): Module {
    const found = this.modules('function').find(made => made.key === key);
    if (!found) {
      throw new Error(`The manifest has no function “${key}”.`);
    }
    return found;
  }

  remote(key: string): Remote | undefined {
    return this.#written.remotes?.find(remote => remote.key === key);
  }

  get remotes(): Remote[] {
    return this.#written.remotes ?? [];
  }

  hasService(key: string): boolean {
    return (this.#written.services ?? []).some(service => service.key === key);
  }

  /** The folder of a resource. */
  resource(key: string): string | undefined {
    const found = this.#written.resources?.find(resource => resource.key === key.split('/')[0]);
    return found && join(this.folder, found.path);
  }

  /** A text in a language, from the files that `translations` names. */
  text(value: string | { i18n: string } | undefined, locale: string): string {
    if (value === undefined || typeof value === 'string') {
      return value ?? '';
    }
    const { resources = [], fallback } = this.#written.translations ?? {};
    for (const wanted of [locale, fallback?.default]) {
      const found = resources.find(resource => resource.key === wanted);
      const texts = found ? (JSON.parse(readFileSync(join(this.folder, found.path), 'utf8')) as unknown) : undefined;
      const text = value.i18n.split('.').reduce<unknown>(step, texts);
      if (typeof text === 'string') {
        return text;
      }
    }
    return value.i18n;
  }
}

function step(from: unknown, name: string): unknown {
  return typeof from === 'object' && from !== null ? (from as Record<string, unknown>)[name] : undefined;
}

/** Fills in variables everywhere. */
function filled(value: unknown, values: Record<string, string>): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      const found = values[name];
      if (found === undefined) {
        throw new Error(`The manifest needs the variable ${name}.`);
      }
      return found;
    });
  }
  if (Array.isArray(value)) {
    return value.map(item => filled(item, values));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, filled(item, values)]));
  }
  return value;
}
