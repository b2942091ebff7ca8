import type { Reason, State } from '../../model/report.js';

/** What a socket error says: a state of the target, our own passing trouble (try again), or our own lasting trouble. */
export type ErrnoMeaning =
  | { readonly kind: 'target'; readonly state: State; readonly reason: Reason }
  | { readonly kind: 'busy'; readonly reason: 'fd-limit' | 'no-ports' }
  | { readonly kind: 'ours'; readonly reason: Reason };

/**
 * Judges the code of a connect or send error. `local` tells that the system refused the call at once, before any
 * packet could have been answered: then "unreachable" means that we have no route, not that the target refused.
 */
export function judgeErrno(code: string | undefined, transport: 'tcp' | 'udp', local: boolean): ErrnoMeaning {
  switch (code ?? '') {
    case 'ECONNREFUSED':
      return { kind: 'target', state: 'closed', reason: transport === 'tcp' ? 'conn-refused' : 'port-unreach' };
    case 'ECONNRESET':
    case 'EPIPE':
      return { kind: 'target', state: 'open', reason: 'reset-after-accept' };
    case 'ETIMEDOUT':
      return { kind: 'target', state: transport === 'tcp' ? 'filtered' : 'open|filtered', reason: 'no-response' };
    case 'EHOSTUNREACH':
    case 'EHOSTDOWN':
      return local
        ? { kind: 'ours', reason: 'no-route' }
        : { kind: 'target', state: 'filtered', reason: 'host-unreach' };
    case 'ENETUNREACH':
    case 'ENONET':
      return local
        ? { kind: 'ours', reason: 'no-route' }
        : { kind: 'target', state: 'filtered', reason: 'net-unreach' };
    case 'EACCES': // ICMPv6 administratively prohibited (RFC 4443 §3.1), where it comes late
    case 'ENOPROTOOPT': // ICMP protocol unreachable (RFC 792)
      return local
        ? { kind: 'ours', reason: code === 'EACCES' ? 'no-permission' : 'internal' }
        : { kind: 'target', state: 'filtered', reason: 'host-unreach' };
    case 'ENETDOWN':
    case 'EAFNOSUPPORT':
      return { kind: 'ours', reason: 'no-route' };
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOBUFS':
    case 'ENOMEM':
      return { kind: 'busy', reason: 'fd-limit' };
    case 'EADDRNOTAVAIL':
    case 'EADDRINUSE':
    case 'EAGAIN':
      return { kind: 'busy', reason: 'no-ports' };
    case 'EPERM':
      return { kind: 'ours', reason: 'no-permission' };
    default:
      return { kind: 'ours', reason: 'internal' };
  }
}
