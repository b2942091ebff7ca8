import asyncHooks, { AsyncLocalStorage } from 'node:async_hooks';
import vm, { createContext } from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';
import './keep-compiled.js';

/** Newer versions of Node neither need nor allow it. */
const REPLACEABLE = Object.getOwnPropertyDescriptor(asyncHooks, 'AsyncLocalStorage')?.writable === true;

/**
 * Jest's environment for Node, without two costs that it has on Node 20, together a third of all processor time here:
 *
 * - Each global name that a test uses goes through interceptors of the context; a plain context has none.
 * - Jest makes an AsyncLocalStorage per file and never disables it, so that each promise of a later file costs more.
 */
export default class LightEnvironment extends TestEnvironment {
  constructor(...options) {
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(...options);
    } finally {
      vm.createContext = createContext;
    }
    const storages = [];
    this.storages = storages;
    if (!REPLACEABLE) return;
    asyncHooks.AsyncLocalStorage = class extends AsyncLocalStorage {
      constructor() {
        super();
        storages.push(this);
      }
    };
  }

  async teardown() {
    if (REPLACEABLE) asyncHooks.AsyncLocalStorage = AsyncLocalStorage;
    for (const storage of this.storages) storage.disable();
    await super.teardown();
  }
}
