import type { ClientEntry, Layer } from './inventory-schema.js';
import { refuseSpec } from '../targets/guard.js';
import { parseTargetSpec, type TargetSpec } from '../targets/targets.js';
import { InputError, type ProblemList, type Spot } from '../text/input-error.js';
import { type AddressRange, findOverlaps } from '../../model/address-ranges.js';
import { quoteInput } from '../../words/input.js';

/** Most addresses that one network of a client may have. */
const MAX_NETWORK = 256n;

/** Collects the addresses of all clients. */
export interface AddressBook {
  /** Adds a client's addresses, and what is wrong with them to the problems. */
  add(addresses: readonly string[], network: readonly string[], client: Layer<ClientEntry>): void;
  /** Adds addresses that are given more than once to the problems. */
  findDuplicates(): void;
}

/** An address, network or name and whose it is. */
interface Owned {
  readonly spot: Spot;
  readonly text: string;
  readonly client: string;
  /** Position in the file. */
  readonly order: number;
}

interface OwnedRange extends Owned, AddressRange {}

/**
 * Makes an empty book.
 * @param note takes how addresses were understood that are not written as they should be
 */
export function createAddressBook(problems: ProblemList, note: (spot: Spot, text: string) => void): AddressBook {
  const ranges: OwnedRange[] = [];
  const names = new Map<string, Owned>();
  let order = 0;
  return {
    add(addresses, network, { values: { id, address }, locate }) {
      let named = addresses.length === 0;
      if (named) problems.add(() => locate(['address']), 'no address is given');
      for (const [index, text] of addresses.entries()) {
        const spot = locate(Array.isArray(address) ? ['address', index] : ['address']);
        const spec = parseOrDescribe(text);
        order++;
        if (typeof spec === 'object' && spec.note !== undefined) note(spot, spec.note);
        if (typeof spec === 'string') {
          problems.add(() => spot, spec);
          named = true;
        } else if (spec.kind === 'range') {
          const { family, first, last } = spec;
          ranges.push({ spot, text, client: id, order, family, first, last });
        } else {
          named = true;
          const owned = { spot, text, client: id, order };
          const other = names.get(spec.name);
          if (other) problems.add(() => spot, describeDuplicate(owned, other, true));
          else names.set(spec.name, owned);
        }
      }
      if (network.length > 0 && !named) {
        problems.add(() => locate(['network']), 'applies to host names only, but there is no host name');
      }
    },
    findDuplicates() {
      for (const [one, two] of findOverlaps(ranges)) {
        const [before, after] = two.order > one.order ? [one, two] : [two, one];
        const same = before.first === after.first && before.last === after.last;
        problems.add(() => after.spot, describeDuplicate(after, before, same));
      }
    },
  };
}

function parseOrDescribe(text: string): TargetSpec | string {
  try {
    const spec = parseTargetSpec(text);
    if (spec.count > MAX_NETWORK) {
      return `${quoteInput(spec.text)} has ${spec.count} addresses; a client's network has at most ${MAX_NETWORK}`;
    }
    return refuseSpec(spec, true)?.problem ?? spec;
  } catch (error) {
    if (error instanceof InputError) return error.problem;
    throw error;
  }
}

function describeDuplicate(owned: Owned, other: Owned, same: boolean): string {
  const whose = owned.client === other.client ? 'this client' : `client ${quoteInput(other.client)}`;
  const where = `${whose} (line ${other.spot.place.line})`;
  if (same) return `${owned.text} is given twice: it already belongs to ${where}`;
  return `${owned.text} overlaps ${other.text} of ${where}`;
}
