import { InputError } from '../../files/text/input-error.js';
import type { VantageOptions } from '../../vantage/start-vantage.js';
import { CHECK_ME, openCheckMe } from '../kit/check-me.js';
import { COMMON, EXCLUSIONS } from '../kit/check-options.js';
import { defineCommand } from '../kit/command.js';
import { logAccess, reloadOnHangup } from '../kit/api-server.js';
import { catchSignals, EXIT, tell, tellError } from '../kit/ending.js';
import { INVITE_OPTIONS, makeInvite } from '../kit/invite.js';
import { LISTEN, PROTECTION, readListening } from '../kit/listening.js';
import { inGroup, type Values } from '../kit/option.js';
import { CLIENT } from '../kit/store.js';
import { createTokenCommands } from '../kit/token-commands.js';

const SIP_PORT = 5_060;
const STUN_PORTS = [3_478, 3_479] as const;

const { 'allow-special': allowSpecial } = EXCLUSIONS;
const { color: _color, ...common } = COMMON;

const OPTIONS = {
  ...inGroup('Listening:', {
    ...LISTEN,
    ...PROTECTION,
    'sip-port': {
      limits: { least: 0, most: 65_535, whole: true },
      otherwise: String(SIP_PORT),
      describe: 'UDP and TCP port for SIP exchanges; 0 for none',
    },
    'stun-ports': {
      value: 'PORT,PORT',
      otherwise: STUN_PORTS.join(','),
      describe: 'Two UDP ports that show how a NAT maps; 0 for none',
    },
  }),
  ...inGroup('Callers:', {
    'token-file': { value: 'FILE', describe: 'File of the tokens that callers may use' },
    'allow-special': allowSpecial,
  }),
  ...CHECK_ME,
  ...inGroup('Output:', common),
} as const;

type Settings = Values<typeof OPTIONS>;

/** `sallyport vantage`: the server that checks those who ask it; also makes and revokes their tokens. */
export const command = defineCommand({
  options: OPTIONS,
  configurable: true,
  subcommands: {
    ...createTokenCommands({
      role: null,
      words: 'none: its caller may be checked',
      may: {
        viewer: 'has itself checked',
        operator: 'has itself checked, and invites others',
        admin: 'has itself checked, invites others and sees the invites of everyone',
      },
      use: 'put it into a file, and give that to preinstall with --token-file, or to serve with --vantage-token',
    }),
    invite: defineCommand({
      title: 'Make a code with which someone at a client has that site checked, once',
      words: { client: { ...CLIENT, required: true } },
      options: INVITE_OPTIONS,
      async run(settings) {
        process.stdout.write(`${await makeInvite(settings)}\n`);
        return EXIT.compliant;
      },
    }),
  },
  examples: [
    ['vantage token ann --token-file FILE', 'Make a token for Ann'],
    [
      'vantage --listen 127.0.0.1:8443 --behind-proxy 127.0.0.1 --token-file FILE',
      'Run it behind a proxy on the same machine',
    ],
  ],
  notes: ['SIGHUP reloads tokens and certificate, SIGTERM stops the server.'],
  run: serve,
});

/** Runs a vantage server as its options say, until it is stopped; the exit code. */
async function serve(settings: Settings): Promise<number> {
  const ending = catchSignals();
  // A log that cannot be written, as on a full disk, ends no server.
  const ignore = (): void => {};
  process.stderr.on('error', ignore);
  try {
    const options = readVantageOptions(settings);
    const checkMe = await openCheckMe(settings);
    try {
      await run({ ...options, plugin: checkMe?.plugin }, ending.signal);
    } finally {
      await checkMe?.close();
    }
    return EXIT.compliant;
  } finally {
    process.stderr.off('error', ignore);
    ending.release();
  }
}

/** Runs a vantage server until the signal. */
async function run(options: VantageOptions, signal: AbortSignal): Promise<void> {
  // The server is heavy; help and tokens do without it.
  const { startVantage } = await import('../../vantage/start-vantage.js');
  const vantage = await startVantage(options);
  const release = reloadOnHangup(vantage);
  try {
    tell(`listening on ${vantage.url}`);
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  } finally {
    await vantage.close();
    release();
  }
}

function readVantageOptions(settings: Settings): VantageOptions {
  const { listen, 'token-file': tokenFile } = settings;
  if (listen === undefined) throw new InputError('no address is given to listen on: name one with --listen HOST:PORT');
  if (tokenFile === undefined) throw new InputError('no token file is given: name one with --token-file FILE');
  const sipPort = settings['sip-port'] ?? SIP_PORT;
  return {
    ...readListening(listen, settings),
    tokenFile,
    sipPort: sipPort === 0 ? null : sipPort,
    stunPorts: readStunPorts(settings['stun-ports']),
    allowSpecial: settings['allow-special'],
    invites: settings.invites,
    onAccess: settings.quiet ? undefined : logAccess,
    onNote: tell,
    onTrouble: tellError,
  };
}

function readStunPorts(text: string | undefined): readonly [number, number] | null {
  if (text === undefined) return STUN_PORTS;
  if (text === '0') return null;
  const [, one, other] = /^(\d{1,5}),(\d{1,5})$/.exec(text) ?? [];
  const ports = [Number(one), Number(other)] as const;
  const fits = ports.every((port) => port >= 1 && port <= 65_535) && ports[0] !== ports[1];
  if (!fits) throw new InputError('--stun-ports: expected two ports such as 3478,3479, or 0 for none');
  return ports;
}
