/** The folder of this package: of the modules in src and dist, and of the bundle, one level up. */
export const PACKAGE_ROOT = new URL('../', import.meta.url);
