import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { setInterval, clearInterval, setTimeout, clearTimeout } from 'node:timers';

/** The middle one of some numbers. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/**
 * Runs a command to its end: `{ ms, code, stdout, peakMb }`. `peakMb` is the process's peak resident size, read every
 * 20 ms. After `capMs` it is ended, and `capped` is true. Children that stay silent on stdout cost nothing here.
 */
export function measure(command, { capMs = 1_800_000 } = {}) {
  const started = process.hrtime.bigint();
  const [file, ...args] = command;
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  let peakKb = 0;
  let capped = false;
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const watch = setInterval(() => (peakKb = Math.max(peakKb, readPeak(child.pid))), 20);
  const cap = setTimeout(() => {
    capped = true;
    child.kill('SIGKILL');
  }, capMs);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const ms = Number(process.hrtime.bigint() - started) / 1e6;
      clearInterval(watch);
      clearTimeout(cap);
      resolve({ ms, code, stdout, stderr, peakMb: peakKb / 1024, capped });
    });
  });
}

function readPeak(pid) {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
