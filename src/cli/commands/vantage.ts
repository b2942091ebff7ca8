import type { CommandModule } from 'yargs';
import type { Choose } from '../command.js';
import { declareOptions } from '../options.js';

/** `sallyport vantage`: the server that looks at those who ask it; also makes and revokes their tokens. */
export function vantageCommand(choose: Choose): CommandModule {
  const file = { type: 'string', demandOption: true, requiresArg: true, describe: 'File of the tokens' } as const;
  return {
    command: 'vantage',
    describe: 'Run the server that looks at a site from outside, or make and revoke its tokens',
    builder: (yargs) =>
      yargs
        .command(
          'token <name>',
          'Make a token: its hash goes into the file, the token itself to standard output',
          (own) =>
            own.positional('name', { type: 'string', demandOption: true, describe: 'Whose token it is' }).options({
              'token-file': file,
              until: { type: 'string', requiresArg: true, describe: 'Last day on which it holds (YYYY-MM-DD, UTC)' },
            }),
          (args) => choose(async () => (await import('../edit-vantage-tokens.js')).makeToken(args, new Date())),
        )
        .command(
          'revoke <name>',
          'Take a token back',
          (own) =>
            own
              .positional('name', { type: 'string', demandOption: true, describe: 'Whose token it is' })
              .options({ 'token-file': file }),
          (args) => choose(async () => (await import('../edit-vantage-tokens.js')).takeTokenBack(args)),
        )
        .options(declareOptions('vantage'))
        .example('$0 vantage token ann --token-file FILE', 'Make a token for Ann')
        .example(
          '$0 vantage --listen 127.0.0.1:8443 --behind-proxy 127.0.0.1 --token-file FILE',
          'Run it behind a proxy on the same machine',
        )
        .epilogue(
          'SIGHUP reads tokens and certificate again, SIGTERM ends the server.\n' +
            'Options also come from a file (--config) and from the environment, as SALLYPORT_LISTEN for --listen.',
        ),
    handler: (args) => choose(async () => (await import('../run-vantage.js')).runVantageFromOptions(args)),
  };
}
