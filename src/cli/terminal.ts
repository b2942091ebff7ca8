/**
 * Whether standard output may be coloured: a flag decides, then NO_COLOR (no-color.org) and FORCE_COLOR, then whether
 * it is a terminal that can.
 */
export function useColor(flag: boolean | undefined, env: NodeJS.ProcessEnv = process.env): boolean {
  if (flag !== undefined) return flag;
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return !['0', 'false'].includes(env['FORCE_COLOR']);
  return env['TERM'] !== 'dumb' && (process.stdout.isTTY ?? false);
}
