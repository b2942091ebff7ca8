import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MAX_LINE, MAX_TITLE, renderMessage } from '../../../src/fleet/alerts/render-message.js';
import type { SaidEvent } from '../../../src/model/alert.js';
import { CHANGE_KINDS } from '../../../src/model/change.js';
import { SEVERITIES } from '../../../src/model/severity.js';
import { anyText } from '../../reports/report-arbitrary.js';
import { saidChange, saidEvent, operatorEvent } from './samples.js';

const render = (...events: SaidEvent[]) => renderMessage({ events });

describe('one client', () => {
  test('the worst first, good news last', () => {
    const text = render(
      saidEvent({
        slot: 'muster.dyn.example',
        changes: [
          saidChange({ kind: 'resolved', title: 'Resolved: SIP is open', severity: 'critical' }),
          saidChange({
            kind: 'identity-changed',
            title: 'Something else answers on tcp/80',
            severity: 'low',
            before: 'WebPro',
            after: 'camera',
          }),
          saidChange({ severity: 'high', title: 'PCPro is open' }),
        ],
      }),
    );
    expect(text).toEqual({
      title: 'Muster AG: PCPro is open (and 2 more)',
      severity: 'high',
      goodNews: false,
      sections: [
        {
          heading: 'Muster AG (muster) at 203.0.113.7 (muster.dyn.example)',
          lines: [
            'High: PCPro is open',
            'Low: Something else answers on tcp/80 (WebPro → camera)',
            'Resolved: SIP is open',
          ],
        },
        { heading: 'Current state', lines: ['WebPro can be reached by everybody.'] },
      ],
      command: 'sallyport show muster',
    });
  });

  test('good news alone is nothing to wake anybody for', () => {
    const resolved = saidChange({ kind: 'resolved', severity: 'critical' });
    expect(render(saidEvent({ changes: [resolved] }))).toMatchObject({ severity: 'info', goodNews: true });
  });

  test('what to do, in whose name it was checked, and where to read more', () => {
    const { sections } = render(
      saidEvent({
        authorization: 'Ann Owner, contract 7',
        changes: [
          saidChange({ severity: 'high', remedy: `Remove the forward. ${'Ask the provider. '.repeat(20)}` }),
          saidChange({ severity: 'critical', remedy: 'Remove the DMZ.' }),
          saidChange({ kind: 'resolved', remedy: 'Nothing.' }),
        ],
      }),
    );
    expect(sections.map(({ heading }) => heading).slice(1)).toEqual(['What to do', 'To read more', 'Current state']);
    expect(sections[1]!.lines[0]).toBe('Remove the DMZ.');
    expect(sections[1]!.lines.slice(1).join(' ')).toBe(`Remove the forward. ${'Ask the provider. '.repeat(20).trim()}`);
    expect(sections[2]!.lines).toEqual([
      'sallyport explain admin-interface-reachable',
      'If someone may have used it: sallyport explain break-in',
    ]);
    expect(sections[3]!.lines).toContain('Checked with the authorisation of Ann Owner, contract 7');
  });

  test('good news needs no advice', () => {
    const resolved = saidChange({ kind: 'resolved', severity: 'critical', remedy: 'Nothing.' });
    expect(render(saidEvent({ changes: [resolved] })).sections.map(({ heading }) => heading)).not.toContain(
      'What to do',
    );
  });

  test('flapping is told', () => {
    const [, stands] = render(saidEvent({ flapping: true })).sections;
    expect(stands!.lines[1]).toMatch(/^It keeps changing/);
  });

  test('an address that is not known', () => {
    const [first] = render(saidEvent({ address: null, slot: 'muster.dyn.example' })).sections;
    expect(first!.heading).toBe('Muster AG (muster) at muster.dyn.example');
  });
});

test('trouble of our own', () => {
  expect(render(operatorEvent)).toEqual({
    title: 'sallyport: The vantage is broken',
    severity: 'high',
    goodNews: false,
    sections: [{ heading: 'What happened', lines: ['The control endpoint did not answer.'] }],
    command: null,
  });
});

test('a digest has a section for each severity, with one for what is over', () => {
  const named = (id: string, ...changes: Parameters<typeof saidChange>) =>
    saidEvent({ client: { id, name: `Client ${id}` }, changes: changes.map(saidChange) });
  const text = render(
    named('a', { severity: 'low', title: 'L' }),
    named('b', { severity: 'critical', title: 'C' }),
    saidEvent({
      changes: [saidChange({ severity: 'high', title: 'H' }), saidChange({ kind: 'service-back', title: 'Over: S' })],
    }),
    operatorEvent,
  );
  expect(text).toEqual({
    title: '4 changes at 3 clients',
    severity: 'critical',
    goodNews: false,
    sections: [
      { heading: 'sallyport itself (1)', lines: ['The vantage is broken: The control endpoint did not answer.'] },
      { heading: 'Critical (1)', lines: ['Client b, 203.0.113.7: C'] },
      { heading: 'High (1)', lines: ['Muster AG, 203.0.113.7: H'] },
      { heading: 'Low (1)', lines: ['Client a, 203.0.113.7: L'] },
      { heading: 'Over (1)', lines: ['Muster AG, 203.0.113.7: Over: S'] },
      {
        heading: 'To read more',
        lines: [
          'sallyport explain admin-interface-reachable',
          'If someone may have used it: sallyport explain break-in',
        ],
      },
    ],
    command: 'sallyport clients',
  });
});

test('a long list says how many are left out', () => {
  const { sections } = render(...Array.from({ length: 1000 }, () => saidEvent()));
  expect(sections[0]!.heading).toBe('Critical (1000)');
  expect(sections[0]!.lines).toHaveLength(15);
  expect(sections[0]!.lines.at(-1)).toBe('… and 986 more');
});

test('all texts are bounded, whatever the events', () => {
  const anyChange = fc
    .tuple(anyText(3000), fc.constantFrom(...CHANGE_KINDS), fc.constantFrom(...SEVERITIES))
    .map(([text, kind, severity]) =>
      saidChange({ title: text, before: text, after: text, remedy: text, kind, severity }),
    );
  const anyEvent: fc.Arbitrary<SaidEvent> = fc.oneof(
    fc
      .tuple(anyText(3000), fc.array(anyChange, { maxLength: 40 }), fc.boolean())
      .map(([text, changes, flapping]) =>
        saidEvent({ client: { id: text, name: text }, slot: text, address: text, summary: text, changes, flapping }),
      ),
    anyText(9000).map((text) => ({ ...operatorEvent, title: text, detail: text })),
  );
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 5 }), (events) => {
      const { title, sections, command } = render(...events);
      expect(title.length).toBeLessThanOrEqual(MAX_TITLE);
      expect(command?.length ?? 0).toBeLessThanOrEqual(MAX_TITLE);
      expect(sections.length).toBeLessThanOrEqual(8);
      for (const { heading, lines } of sections) {
        expect(lines.length).toBeLessThanOrEqual(15);
        for (const line of [heading, ...lines]) expect(line.length).toBeLessThanOrEqual(MAX_LINE);
      }
    }),
  );
});
