import vm from 'node:vm';

/*
 * Jest loads every module anew for each test file, and V8 compiles it anew. Here a worker compiles it once, which saves
 * more than half of the time that loading takes:
 *
 * - ES modules are given what V8 compiled of the same source before.
 * - Jest compiles CommonJS as a function of its own context, which V8 does not remember; scripts it does, with the
 *   functions that were compiled as they were called.
 *
 * Nothing that runs is shared.
 */
const { SourceTextModule, compileFunction } = vm;

/** By file: its source, and what V8 compiled of it. V8 itself compares no more than the length of the source. */
const compiled = new Map();

/**
 * Fastify goes through all of require.cache for each plugin to name it, and Jest's is slow: it has the ES modules too, and
 * looks each up by its URL: a tenth of all that tests of pages take.
 */
const NO_CACHE = 'require.cache = {};';

/** Code that is remembered cannot import modules in Jest's way. */
const IMPORTS_LATER = /\bimport\s*\(/;

vm.SourceTextModule = function createModule(source, options) {
  const known = compiled.get(options.identifier);
  if (known?.source === source) {
    try {
      return new SourceTextModule(source, { ...options, cachedData: known.cachedData });
    } catch (error) {
      // A test has changed flags of V8.
      if (error.code !== 'ERR_VM_MODULE_CACHED_DATA_REJECTED') throw error;
    }
  }
  const module = new SourceTextModule(source, options);
  if (!known && !IMPORTS_LATER.test(source)) {
    compiled.set(options.identifier, { source, cachedData: module.createCachedData() });
  }
  return module;
};

vm.compileFunction = (source, parameters, options) => {
  if (IMPORTS_LATER.test(source)) return compileFunction(source, parameters, options);
  const head = `(function (${parameters.join(', ')}) {${parameters.includes('require') ? NO_CACHE : ''}`;
  const script = new vm.Script(`${head}${source}\n})`, { filename: options.filename, columnOffset: -head.length });
  return script.runInContext(options.parsingContext);
};
