/**
 * Runs a program for as long as this process's standard input is open: `node guard.mjs [--remove DIR] PROGRAM ARGS…`.
 * When whoever started it ends – or is killed – the pipe closes, the program is ended, and DIR is removed.
 */

import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

const PATIENCE = 5000;
const given = process.argv.slice(2);
const folder = given[0] === '--remove' ? given.splice(0, 2)[1] : undefined;
const child = spawn(given[0], given.slice(1), { stdio: ['ignore', 'inherit', 'inherit'] });

function stop() {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), PATIENCE).unref();
}

process.stdin.resume();
process.stdin.on('end', stop);
process.stdin.on('error', stop);
// Ctrl-C reaches all processes of a terminal: what comes next is for the parent to say.
process.on('SIGINT', () => {});
process.on('SIGTERM', stop);
child.on('error', error => {
  console.error(`${given[0]} can't be started: ${error.message}`);
  end(127);
});
child.on('exit', code => end(code ?? 1));

function end(code) {
  if (folder) {
    rmSync(folder, { recursive: true, force: true });
  }
  process.exit(code);
}
