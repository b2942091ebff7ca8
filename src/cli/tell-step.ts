import { forTerminal } from '../words/escape.js';

/** Makes what tells on standard error what is done next; nothing off a terminal, or where quiet is wanted. */
export function createStepTeller(quiet = false): ((step: string) => void) | undefined {
  if (quiet || !process.stderr.isTTY) return undefined;
  return (step) => void process.stderr.write(`sallyport: ${forTerminal(step)} …\n`);
}
