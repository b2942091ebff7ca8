/*
 * A process of its own for the tests of the vantage's client, on what is built, since the environment counts from its
 * start: asks the vantage at the URL in its argument who we are, prints what comes of it, and has to end by itself.
 */
import { VantageClient } from '../../../dist/site/outside/vantage-client.js';

const client = new VantageClient({ url: new URL(process.argv[2]), token: 'spt_token' });
const answer = await client
  .whoami(new globalThis.AbortController().signal)
  .catch((error) => `${error.kind}: ${error.message}`);
process.stdout.write(JSON.stringify(answer));
