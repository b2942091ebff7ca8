#!/usr/bin/env node
import('../dist/sallyport.js')
  .then(({ main }) => main(process.argv.slice(2)))
  .catch((error) => (console.error(`sallyport: ${error}`), (process.exitCode = 2)));
