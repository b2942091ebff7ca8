import { dirname, sep } from 'node:path';

/** A text for people who may be elsewhere: where files are on this machine is no affair of theirs, only what they are called. */
export function hidePaths(text: string, files: readonly string[]): string {
  const directories = files.map((file) => `${dirname(file)}${sep}`).filter((directory) => directory.length > 2);
  // The longest first: one may be within another.
  return directories.sort((a, b) => b.length - a.length).reduce((rest, one) => rest.replaceAll(one, ''), text);
}
