import { expect, test } from '@jest/globals';
import { chooseStore } from '../../src/cli/kit/store.js';

const place = (platform: NodeJS.Platform, env: Record<string, string> = {}) => ({
  env,
  home: '/home/u',
  platform,
  user: 'u',
});

test.each([
  ['the flag before all', '/a/s.sqlite', place('linux', { SALLYPORT_STORE: '/b' }), '/a/s.sqlite'],
  ['a relative one from here', 'x/s.sqlite', place('linux'), `${process.cwd()}/x/s.sqlite`],
  ['SALLYPORT_STORE', undefined, place('linux', { SALLYPORT_STORE: '/b/s', XDG_DATA_HOME: '/d' }), '/b/s'],
  [
    'an empty SALLYPORT_STORE is none',
    undefined,
    place('linux', { SALLYPORT_STORE: '' }),
    '/home/u/.local/share/sallyport/store.sqlite',
  ],
  ['XDG_DATA_HOME', undefined, place('linux', { XDG_DATA_HOME: '/d' }), '/d/sallyport/store.sqlite'],
  [
    'a relative XDG_DATA_HOME is none',
    undefined,
    place('linux', { XDG_DATA_HOME: 'd' }),
    '/home/u/.local/share/sallyport/store.sqlite',
  ],
  ['BSD as Linux', undefined, place('freebsd'), '/home/u/.local/share/sallyport/store.sqlite'],
  [
    'macOS',
    undefined,
    place('darwin', { XDG_DATA_HOME: '/d' }),
    '/home/u/Library/Application Support/sallyport/store.sqlite',
  ],
  ['Windows', undefined, place('win32', { LOCALAPPDATA: '/l' }), '/l/sallyport/store.sqlite'],
  ['Windows without its variable', undefined, place('win32'), '/home/u/AppData/Local/sallyport/store.sqlite'],
])('the store is at: %s', (_what, given, where, path) => {
  expect(chooseStore(given, where)).toBe(path);
});
