import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { judgeNftRuleset } from '../../src/system/nft-ruleset.js';

const META = { metainfo: { version: '1.0.6', release_name: 'Lester Gooch #5', json_schema_version: 1 } };
const table = (family = 'inet', name = 'filter') => ({ table: { family, name, handle: 1 } });
const chain = (name: string, more: object = {}, family = 'inet', of = 'filter') => ({
  chain: { family, table: of, name, handle: 2, ...more },
});
const base = (hook: string, policy = 'accept') => ({ type: 'filter', hook, prio: 0, policy });
const rule = (of: string, ...expr: unknown[]) => ({
  rule: { family: 'inet', table: 'filter', chain: of, handle: 3, expr },
});
const judge = (...objects: object[]) => judgeNftRuleset(JSON.stringify({ nftables: [META, ...objects] }));
const INPUT = chain('input', base('input'));
const SSH = { match: { op: '==', left: { payload: { protocol: 'tcp', field: 'dport' } }, right: 22 } };

describe('rules of nftables', () => {
  test.each<[string, object[]]>([
    ['none', []],
    [
      'chains that accept',
      [table(), INPUT, rule('input', SSH, { counter: { packets: 0, bytes: 0 } }, { accept: null })],
    ],
    ['what is passed on alone is dropped', [table(), chain('forward', base('forward', 'drop'))]],
    ['IPv6 alone is dropped', [table('ip6'), chain('input', base('input', 'drop'), 'ip6')]],
    ['a chain that drops and is never reached', [INPUT, chain('block'), rule('block', { drop: null })]],
    [
      'a chain of another table',
      [INPUT, chain('block', {}, 'inet', 'other'), rule('input', { jump: { target: 'block' } })],
    ],
    ['a match of iptables', [INPUT, rule('input', { xt: { type: 'match', name: 'addrtype' } }, { accept: null })]],
    [
      'addresses are translated on the way out',
      [
        chain('nat', { ...base('postrouting'), type: 'nat' }),
        rule('nat', { masquerade: null }),
        rule('nat', { xt: { type: 'target', name: 'MASQUERADE' } }),
      ],
    ],
    [
      'chains that call each other',
      [INPUT, chain('a'), rule('input', { jump: { target: 'a' } }), rule('a', { jump: { target: 'input' } })],
    ],
  ])('hide nothing: %s', (_what, objects) => expect(judge(...objects)).toEqual({ state: 'clear' }));

  test.each<[string, object[], string]>([
    ['a policy', [table(), chain('input', base('input', 'drop'))], 'chain inet filter input has the policy drop'],
    ['a rule', [INPUT, rule('input', SSH, { drop: null })], 'chain inet filter input has a rule "drop"'],
    ['a refusal', [INPUT, rule('input', { reject: { type: 'icmpx', expr: 'port-unreachable' } })], 'a rule "reject"'],
    ['a hook before', [chain('raw', base('prerouting')), rule('raw', { drop: null })], 'chain inet filter raw'],
    ['a policy for what is sent', [chain('output', base('output', 'drop'))], 'output has the policy drop'],
    ['a rule for what is sent', [chain('output', base('output')), rule('output', { drop: null })], 'a rule "drop"'],
    ['a hook behind', [chain('late', base('postrouting')), rule('late', { drop: null })], 'chain inet filter late'],
    ['an egress hook', [chain('out', { ...base('egress', 'drop'), dev: 'eth0' })], 'the policy drop'],
    ['an ingress hook', [chain('in', { ...base('ingress', 'drop'), dev: 'eth0' })], 'the policy drop'],
    [
      'a redirection',
      [
        chain('nat', { ...base('prerouting'), type: 'nat' }),
        rule('nat', SSH, { dnat: { addr: '172.17.0.2', port: 22 } }),
      ],
      'dnat',
    ],
    [
      'a jump',
      [
        INPUT,
        chain('a'),
        chain('b'),
        rule('input', { jump: { target: 'a' } }),
        rule('a', { goto: { target: 'b' } }),
        rule('b', { drop: null }),
      ],
      'filter b has',
    ],
    [
      'a verdict map',
      [INPUT, rule('input', { vmap: { key: { ct: { key: 'state' } }, data: { set: [['invalid', { drop: null }]] } } })],
      'drop',
    ],
    [
      'a jump in a verdict map',
      [
        INPUT,
        chain('a'),
        rule('a', { queue: { num: 0 } }),
        rule('input', { vmap: { key: 1, data: { set: [[22, { jump: { target: 'a' } }]] } } }),
      ],
      'queue',
    ],
    [
      'a named verdict map',
      [
        {
          map: {
            family: 'inet',
            table: 'filter',
            name: 'ports',
            type: 'inet_service',
            map: 'verdict',
            elem: [
              [22, { accept: null }],
              [23, { drop: null }],
            ],
          },
        },
        INPUT,
        rule('input', { vmap: { key: 1, data: '@ports' } }),
      ],
      'drop',
    ],
    [
      'a target of iptables that nft has no words for',
      [INPUT, rule('input', { xt: { type: 'target', name: 'TARPIT' } })],
      'xt',
    ],
    ['an expression of iptables that is not named', [INPUT, rule('input', { xt: null })], 'xt'],
  ])('may hide something: %s', (_what, objects, by) => {
    expect(judge(...objects)).toEqual({ state: 'hides', by: expect.stringContaining(by) as unknown });
  });

  test.each(['', 'null', '[]', '{"nftables": {}}', 'table inet filter {', '{"nftables": [', '{}'])(
    'that cannot be read are not called clear: %j',
    (text) => expect(judgeNftRuleset(text)).toEqual({ state: 'unread' }),
  );

  test('a policy of drop is found whatever stands around it', () => {
    const any = fc.array(
      fc.oneof(fc.object(), fc.record({ rule: fc.object(), chain: fc.anything(), map: fc.anything() })),
    );
    fc.assert(
      fc.property(any, any, (before, after) => {
        expect(judge(...before, chain('last', base('input', 'drop')), ...after).state).toBe('hides');
        expect(['clear', 'hides']).toContain(judge(...before, ...after).state);
      }),
    );
  });

  test('any depth and any text is taken', () => {
    const deep = `${'{"a":['.repeat(3_000)}${']}'.repeat(3_000)}`;
    const text = `{"nftables":[${JSON.stringify(INPUT)},{"rule":{"family":"inet","table":"filter","chain":"input","expr":${deep}}}]}`;
    expect(judgeNftRuleset(text)).toMatchObject({ state: 'hides' });
    fc.assert(fc.property(fc.string(), (any) => void judgeNftRuleset(any)));
    fc.assert(fc.property(fc.json(), (json) => void judgeNftRuleset(`{"nftables":[${json}]}`)));
  });
});
