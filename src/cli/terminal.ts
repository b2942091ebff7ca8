/**
 * Whether standard output may be coloured: a flag decides, then NO_COLOR and FORCE_COLOR (no-color.org), then
 * whether it is a terminal.
 */
export function useColor(flag: boolean | undefined, env: NodeJS.ProcessEnv = process.env): boolean {
  if (flag !== undefined) return flag;
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0';
  return process.stdout.isTTY ?? false;
}
