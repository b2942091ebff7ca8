import { type Exclusion, refuseSpec } from '../../files/targets/guard.js';
import { expandTargets } from '../../files/targets/expand-targets.js';
import { parseTargetSpec } from '../../files/targets/targets.js';
import { InputError } from '../../files/text/input-error.js';
import { isWithin } from '../../model/address-ranges.js';
import type { Resolution, ResolveName } from '../../model/address.js';
import type { Client } from '../../model/client.js';
import type { Target } from '../../model/report.js';

/** One slot of a client and the address that it has now. */
export interface SlotTarget {
  readonly slot: string;
  readonly target: Target;
}

/** What may be looked at, and how names are resolved. */
export interface ExpandClientOptions {
  readonly exclude: Exclusion;
  readonly allowSpecial: boolean;
  readonly resolve: ResolveName;
}

/**
 * Lists the slots of a client. What cannot or must not be probed becomes a target without address and with its
 * problem: a name that does not resolve, one that resolves outside the network that the client is pinned to (the
 * address may be a stranger's by now), an address that is refused, one of several of a name that is excluded.
 */
export async function expandClient(client: Client, options: ExpandClientOptions): Promise<SlotTarget[]> {
  const slots: SlotTarget[] = [];
  // Which slot an address has depends on all addresses of its name.
  const resolve = async (name: string): Promise<Resolution> => {
    const answer = await options.resolve(name);
    return 'missing' in answer && answer.missing !== undefined ? { problem: answer.missing } : answer;
  };
  for (const text of client.addresses) {
    const targets = await expandAddress(text, client, { ...options, resolve });
    const names = targets.filter(({ name }) => name !== null).sort(compareAddresses);
    for (const target of targets) {
      const index = names.indexOf(target);
      slots.push({
        slot: index > 0 ? `${target.name}#${index + 1}` : (target.name ?? target.address ?? text),
        target: pinTarget(target, client),
      });
    }
  }
  return slots;
}

/** Counts the clients with an address that no sweep would check, such as a private one, and says why of the first. */
export async function findRefused(
  clients: Iterable<Client> | AsyncIterable<Client>,
  { exclude, allowSpecial }: Pick<ExpandClientOptions, 'exclude' | 'allowSpecial'>,
): Promise<{ readonly count: number; readonly first: string | null }> {
  let [count, first]: [number, string | null] = [0, null];
  for await (const { addresses } of clients) {
    const refused = addresses.map((text) => refuseSpec(parseTargetSpec(text), allowSpecial, exclude)).find(Boolean);
    if (!refused) continue;
    count++;
    first ??= refused.say(IN_SWEEP);
  }
  return { count, first };
}

/** Who reads it looks at a sweep. */
const IN_SWEEP = { allowSpecial: '--allow-special' };

async function expandAddress(text: string, client: Client, options: ExpandClientOptions): Promise<Target[]> {
  const targets: Target[] = [];
  try {
    const authorizedBy = client.authorization?.by;
    for await (const target of expandTargets({
      ...options,
      specs: [parseTargetSpec(text)],
      tellExcluded: true,
      authorizedBy,
    })) {
      targets.push(target);
    }
    return targets;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const problem = error.say(IN_SWEEP);
    return [{ input: text, address: null, name: null, resolvedAt: null, scope: null, problem }];
  }
}

function pinTarget(target: Target, client: Client): Target {
  const { name, address } = target;
  if (name === null || address === null || client.network.length === 0) return target;
  if (isWithin(address, client.network)) return target;
  const problem = `${name} resolves to ${address}, outside ${client.network.join(', ')}: it may be a stranger's`;
  return { ...target, address: null, problem: problem.slice(0, 512) };
}

/** Any order will do that is the same at each look, if what is not probed takes no other's place. */
function compareAddresses(a: Target, b: Target): number {
  if (a.address === null || b.address === null) return Number(a.address === null) - Number(b.address === null);
  return a.address < b.address ? -1 : 1;
}
