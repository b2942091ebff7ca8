import { InputError } from '../files/text/input-error.js';
import { parseListen, parseProxies } from '../files/vantage/listen.js';
import { forTerminal } from '../words/escape.js';
import { startVantage, type Vantage, type VantageOptions } from '../vantage/start-vantage.js';
import type { Access } from '../vantage/vantage-context.js';
import { EXIT } from './exit-codes.js';
import { readSettings } from './settings.js';
import { catchSignals } from './signals.js';
import { tellError } from './tell-error.js';
import type { VantageSettings } from './vantage-options.js';

const SIP_PORT = 5_060;
const STUN_PORTS = [3_478, 3_479] as const;

/** Runs a vantage server as its options say, until it is stopped; the exit code. */
export async function runVantageFromOptions(args: Readonly<Record<string, unknown>>): Promise<number> {
  const settings = await readSettings('vantage', args);
  const ending = catchSignals();
  // A log that can't be written, as on a full disk, ends no server.
  const ignore = (): void => {};
  process.stderr.on('error', ignore);
  try {
    const vantage = await startVantage(readVantageOptions(settings));
    const reload = (): void => void reloadVantage(vantage);
    process.on('SIGHUP', reload);
    try {
      tell(`listening on ${vantage.url}`);
      if (!ending.signal.aborted) await new Promise((resolve) => ending.signal.addEventListener('abort', resolve));
    } finally {
      await vantage.close();
      process.off('SIGHUP', reload);
    }
    return EXIT.compliant;
  } finally {
    process.stderr.off('error', ignore);
    ending.release();
  }
}

function readVantageOptions(settings: VantageSettings): VantageOptions {
  const { listen, 'token-file': tokenFile, 'tls-cert': cert, 'tls-key': key, 'behind-proxy': behindProxy } = settings;
  if (listen === undefined) throw new InputError('no address is given to listen on: name one with --listen HOST:PORT');
  if (tokenFile === undefined) throw new InputError('no file of tokens is given: name one with --token-file FILE');
  if ((cert === undefined) !== (key === undefined)) throw new InputError('--tls-cert and --tls-key go together');
  if (cert !== undefined && behindProxy !== undefined)
    throw new InputError('--behind-proxy and --tls-cert exclude each other: one of them does TLS');
  const sipPort = settings['sip-port'] ?? SIP_PORT;
  return {
    listen: parseListen(listen),
    tokenFile,
    tls: cert !== undefined && key !== undefined ? { cert, key } : undefined,
    proxies: behindProxy === undefined ? undefined : parseProxies(behindProxy),
    sipPort: sipPort === 0 ? null : sipPort,
    stunPorts: readStunPorts(settings['stun-ports']),
    allowSpecial: settings['allow-special'],
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

async function reloadVantage(vantage: Vantage): Promise<void> {
  try {
    await vantage.reload();
    tell('tokens and certificate were read again');
  } catch (error) {
    tell('tokens and certificate stay as they were, since they can not be read:');
    tellError(error);
  }
}

/** One line on standard error, with the time, as service logs want it. */
function logAccess({ at, token, address, method, route, status, ms }: Access): void {
  const line = [at.toISOString(), token ?? '-', address ?? '-', method, route ?? '-', status, `${ms}ms`].join(' ');
  process.stderr.write(`${forTerminal(line)}\n`);
}

function tell(note: string): void {
  process.stderr.write(`sallyport: ${forTerminal(note)}\n`);
}
