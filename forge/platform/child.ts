/** Other programs, which end when this process does, however it ends. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

const GUARD = join(dirname(fileURLToPath(import.meta.url)), 'guard.mjs');
const KEPT = 4000;

export interface Child {
  process: ChildProcessWithoutNullStreams;
  /** The last it said on standard error, or on both outputs if nobody reads the other. */
  said(): string;
  /** Whether it has ended. */
  ended(): boolean;
  stop(): Promise<void>;
}

/** A folder of our own in the temp folder, for its owner alone. */
export function temporaryFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `xpress-${name}-`));
}

/** Starts a program under the guard. `remove`: a folder that goes when it ends. */
export function startGuarded(command: string[], remove?: string): Child {
  const guarded = [GUARD, ...(remove ? ['--remove', remove] : []), ...command];
  return started(process.execPath, guarded, {});
}

/** Starts a program that ends by itself when its standard input closes. */
export function startChild(command: string, args: string[], environment: Record<string, string> = {}): Child {
  return started(command, args, environment);
}

function started(command: string, args: string[], environment: Record<string, string>): Child {
  const child = spawn(command, args, {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let said = '';
  let ended = false;
  child.stderr.on('data', (data: Buffer) => {
    said = (said + data.toString()).slice(-KEPT);
  });
  child.stdin.on('error', () => {
    // It is gone; who wrote learns it by its end.
  });
  const gone = once(child, 'close').then(
    () => {
      ended = true;
    },
    (error: Error) => {
      said += error.message;
      ended = true;
    },
  );
  return {
    process: child,
    said: () => said,
    ended: () => ended,
    stop: async () => {
      child.stdin.end();
      await gone;
    },
  };
}

/** Waits until `check` is true; Error with the program's last words if it ends or takes longer than `milliseconds`. */
export async function whenReady(
  child: Child,
  what: string,
  check: () => boolean | Promise<boolean>,
  milliseconds = 30_000,
): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!(await check())) {
    if (child.ended() || performance.now() > end) {
      await child.stop();
      throw new Error(`${what} ${child.ended() ? 'has ended' : 'does not start'}: ${child.said().trim()}`);
    }
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}
