import { afterAll, afterEach } from '@jest/globals';
import type { LabServer } from '../../src/lab/lab-server.js';
import type { EndpointId } from '../../src/model/endpoint.js';
import { startSite } from '../../src/lab/start-site.js';

const running: { stop(): Promise<void> }[] = [];

/** Stops everything that the test kept with `keep`. */
export function stopAfterEach(): void {
  afterEach(stopAll);
}

/** The same once all tests of the file have ended, for those that run side by side. */
export function stopAfterAll(): void {
  afterAll(stopAll);
}

async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map((each) => each.stop()));
}

/** Has `started` stopped when the test ends. */
export function keep<T extends { stop(): Promise<void> }>(started: T): T {
  running.push(started);
  return started;
}

/** Starts one server as a site of its own; answers with the port that it got. */
export async function startServer(server: LabServer): Promise<number> {
  const endpoints: EndpointId[] = [];
  if (server.tcp) endpoints.push('tcp/80');
  if (server.udp) endpoints.push('udp/80');
  const plan = { id: 'one', title: 'one server', address: '127.0.0.1', profile: 'closed', source: 'outsider' };
  const site = keep(await startSite({ ...plan, servers: [{ service: 'webpro', endpoints, server }] }));
  return site.services['webpro']![0]!;
}
