import { expect, test } from '@jest/globals';
import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROBES } from '../../../src/check/probes/registry.js';
import { runProbe } from '../../../src/check/probes/probe.js';
import { ssdp } from '../../../src/lab/servers/gateway.js';
import { drip, resetAfterAccept, tarpit } from '../../../src/lab/servers/hostile.js';
import { webpro } from '../../../src/lab/servers/nec.js';
import { sip } from '../../../src/lab/servers/sip.js';
import { Engine } from '../../../src/net/scan/engine.js';
import { keep, startServer, stopAfterEach } from '../../lab-sites/running.js';
import { startSilentTcp } from '../../lab-sites/start-silent-tcp.js';
import { QUICK } from '../start-engine.js';

stopAfterEach();

/** The TCP port service multiplexer (RFC 1078), which nobody runs. */
const CLOSED = 1;

/** How many sockets and timers this process holds. */
function countHeld() {
  const names = process.getActiveResourcesInfo();
  const count = (pattern: RegExp) => names.filter((name) => pattern.test(name)).length;
  return { sockets: count(/TCP|UDP/i), timers: count(/Timeout|Immediate/) };
}

/** What the descriptors of this process are open on: every socket has a name of its own. Empty where the system does not tell. */
function listDescriptors(): Set<string> {
  const folder = '/proc/self/fd';
  if (!existsSync(folder)) return new Set();
  return new Set(readdirSync(folder).map(readDescriptor));
}

function readDescriptor(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return ''; // Closed meanwhile.
  }
}

test('many probes, in runs of which most are cut off, leave no socket, timer or descriptor behind', async () => {
  const silent = keep(await startSilentTcp(2));
  const servers = [webpro(), sip(), sip({ fromElsewhere: true }), ssdp({ flavour: 'device' }), tarpit()];
  servers.push(resetAfterAccept(), drip({ text: 'x'.repeat(1_000), everyMs: 5, unasked: true }));
  const ports = await Promise.all(servers.map(startServer));
  const probes = Object.values(PROBES);
  const pairs = servers.flatMap((server, k) =>
    probes.filter(({ transport }) => server[transport]).map((probe) => ({ probe, port: ports[k]! })),
  );
  for (const port of silent.ports) pairs.push({ probe: PROBES['http-get'], port });
  await sleep(100);
  const before = countHeld();
  const known = listDescriptors().add('');
  for (let round = 0; round < 7; round++) {
    const engine = new Engine({ ...QUICK, patienceMs: 60, shortGapMs: 20, maxSockets: 40 });
    const host = engine.host('127.0.0.1');
    const refusing = engine.host('127.0.0.1');
    const outcomes = [
      ...pairs.map(({ probe, port }) => runProbe(probe, engine, host, port)),
      ...probes.map((probe) => runProbe(probe, engine, refusing, CLOSED)),
    ];
    const slept = engine.sleep(round > 0 ? 600_000 : 1);
    if (round > 0) {
      await sleep(12 * (round - 1));
      engine.cutOff();
    }
    await Promise.all([...outcomes, slept]);
    await engine.close();
  }
  // The servers learn of the end of a connection a little later. What jest itself held may be fewer by then, never more.
  let left = listLeft();
  for (let wait = 0; wait < 100 && left.length > 0; wait++) {
    await sleep(50);
    left = listLeft();
  }
  expect(left).toEqual([]);

  function listLeft(): string[] {
    const after = countHeld();
    return [
      ...[...listDescriptors()].filter((name) => !known.has(name) && name.startsWith('socket:')),
      ...(after.sockets > before.sockets ? [`${after.sockets - before.sockets} sockets more`] : []),
      ...(after.timers > before.timers ? [`${after.timers - before.timers} timers more`] : []),
    ];
  }
});
