import { parseAddress, unmapAddress } from '../../model/address.js';

/** Whether an address lies in one of the networks (CIDR form, or single addresses). What is no address lies nowhere. */
export function isWithin(address: string, networks: readonly string[]): boolean {
  const parsed = parseAddress(address);
  const own = parsed && unmapAddress(parsed);
  return own !== undefined && networks.some((network) => holds(network, own));
}

function holds(network: string, { family, value }: NonNullable<ReturnType<typeof parseAddress>>): boolean {
  const [base = '', length] = network.split('/');
  const start = parseAddress(base);
  const bits = family === 4 ? 32 : 128;
  const prefix = length === undefined ? bits : Number(length);
  if (start?.family !== family || !Number.isInteger(prefix) || prefix < 0 || prefix > bits) return false;
  const shift = BigInt(bits - prefix);
  return start.value >> shift === value >> shift;
}
