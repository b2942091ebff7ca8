import { describe, expect, test } from '@jest/globals';
import { judgeErrno } from '../../../src/net/sockets/errno.js';

/** What a code means once packets may have been answered, and where the system refuses the call itself. */
function judge(code: string | undefined, transport: 'tcp' | 'udp', local = false): string {
  const meaning = judgeErrno(code, transport, local);
  return meaning.kind === 'target' ? `${meaning.state} ${meaning.reason}` : `${meaning.kind} ${meaning.reason}`;
}

describe('judgeErrno', () => {
  test.each([
    ['ECONNREFUSED', 'closed conn-refused', 'closed port-unreach'],
    ['ECONNRESET', 'open reset-after-accept', 'open reset-after-accept'],
    ['EPIPE', 'open reset-after-accept', 'open reset-after-accept'],
    ['ETIMEDOUT', 'filtered no-response', 'open|filtered no-response'],
  ])('%s is the target, over TCP %s, over UDP %s', (code, tcp, udp) => {
    expect([judge(code, 'tcp'), judge(code, 'udp')]).toEqual([tcp, udp]);
  });

  test.each([
    ['EHOSTUNREACH', 'filtered host-unreach', 'ours no-route'],
    ['EHOSTDOWN', 'filtered host-unreach', 'ours no-route'],
    ['ENETUNREACH', 'filtered net-unreach', 'ours no-route'],
    ['ENONET', 'filtered net-unreach', 'ours no-route'],
    ['EACCES', 'filtered host-unreach', 'ours no-permission'],
    ['ENOPROTOOPT', 'filtered host-unreach', 'ours internal'],
  ])('%s comes from the network (%s), at once from ourselves (%s)', (code, remote, local) => {
    for (const transport of ['tcp', 'udp'] as const) {
      expect([judge(code, transport), judge(code, transport, true)]).toEqual([remote, local]);
    }
  });

  test.each([
    ['EMFILE', 'busy fd-limit'],
    ['ENFILE', 'busy fd-limit'],
    ['ENOBUFS', 'busy fd-limit'],
    ['ENOMEM', 'busy fd-limit'],
    ['EADDRNOTAVAIL', 'busy no-ports'],
    ['EADDRINUSE', 'busy no-ports'],
    ['EAGAIN', 'busy no-ports'],
    ['ENETDOWN', 'ours no-route'],
    ['EAFNOSUPPORT', 'ours no-route'],
    ['EPERM', 'ours no-permission'],
    ['EINVAL', 'ours internal'],
    [undefined, 'ours internal'],
  ])('%s says nothing of the target: %s', (code, meaning) => {
    for (const transport of ['tcp', 'udp'] as const) {
      for (const local of [false, true]) expect(judge(code, transport, local)).toBe(meaning);
    }
  });
});
