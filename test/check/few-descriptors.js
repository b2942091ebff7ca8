import { closeSync, openSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { prepareCheck, runCheck } from '../../dist/index.js';

/*
 * node few-descriptors.js ADDRESS FREE SPEED [MS]: checks ADDRESS while only FREE descriptors of the process are left,
 * and all of them again after MS; prints the report. The check's clock runs SPEED times as fast as others. To be run
 * with a low `ulimit -n`.
 */
const [address, free, speed, releaseMs] = process.argv.slice(2);
const readClock = performance.now.bind(performance);
performance.now = () => readClock() * Number(speed);
const reports = runCheck(await prepareCheck({ targets: [address], allowSpecial: true }));
// What the run itself needs it has by now; its sockets are still to come.
const first = reports.next();
const held = [];
const release = (count) => held.splice(0, count).forEach((descriptor) => closeSync(descriptor));
try {
  for (;;) held.push(openSync('/dev/null'));
} catch {
  release(Number(free));
}
if (releaseMs !== undefined) {
  await sleep(Number(releaseMs));
  release(held.length);
}
const { value } = await first;
release(held.length);
process.stdout.write(JSON.stringify(value));
await reports.return();
