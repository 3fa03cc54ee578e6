import { randomUUID } from 'node:crypto';
import { dispatch } from './dispatch';
import { Faults } from './faults';
import { answerGlobals } from './globals';
import { InstalledApp } from './installation';
import { Manifest } from './manifest';
import { runtimeOf } from './runtime';
import { State } from './state';
import { ObjectServer } from './store/objects';
import type { Installation, InstallOptions, PlatformOptions } from './types';

/** Where the app is deployed: it can be installed any number of times, side by side. */
export class Platform {
  readonly options: PlatformOptions;
  readonly manifest: Manifest;
  readonly faults: Faults;
  readonly #objects = new ObjectServer();
  readonly #installed: InstalledApp[] = [];

  /** Error if the manifest can't be read. From now on, the SDK's global names are there. */
  constructor(options: PlatformOptions) {
    this.options = options;
    this.faults = options.faults ?? new Faults();
    this.manifest = new Manifest(options.manifest, options.variables);
    Object.assign(process.env, options.variables);
    answerGlobals(dispatch, runtimeOf);
  }

  /** Installs the app, and tells it so. `refusals`: before its account has its permissions. */
  async install(options: InstallOptions = {}): Promise<Installation> {
    const seed = (this.options.seed ?? 1) + this.#installed.length;
    const state = new State(randomUUID(), this.manifest, this.options, this.faults, seed);
    const app = await InstalledApp.create(state, this.#objects);
    this.#installed.push(app);
    state.refuse(options.refusals ?? 0);
    if (!options.quiet) {
      await app.lifecycle('avi:forge:installed:app');
    }
    return app;
  }

  /** The address of the Object Store, once it is used. */
  get objectOrigin(): Promise<string> {
    return this.#objects.address();
  }

  /** Removes all installations. Database, Confluence and renderer are their owner's to stop. */
  async stop(): Promise<void> {
    for (const app of this.#installed) {
      await app.remove();
    }
    await this.#objects.stop();
  }
}
