import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EventStreamParser, type StreamEvent, type StreamLimits } from '../../../src/protocols/http/event-stream.js';
import { expectWithin } from '../hostile.js';

const LIMITS: StreamLimits = { line: 1_000, event: 2_000, total: 10_000 };

function readAll(chunks: readonly (Buffer | string)[], limits = LIMITS) {
  const parser = new EventStreamParser(limits);
  const events: StreamEvent[] = [];
  for (const chunk of chunks) events.push(...parser.push(Buffer.from(chunk)));
  return { events, problem: parser.problem };
}

describe('EventStreamParser', () => {
  test('reads names, data of several lines, and no comments, ids or empty events', () => {
    const text = [
      '\ufeff: hello',
      'event: started',
      'data: {"a":1}',
      '',
      ':',
      'id: 7',
      'retry: 10',
      'data:one',
      'data:  two',
      'data',
      '',
      'event: nothing',
      '',
      'unknown: x',
      'data: é',
      '',
      'data: never ended',
      '',
    ];
    for (const end of ['\n', '\r\n', '\r']) {
      expect(readAll([text.join(end)])).toEqual({
        events: [
          { event: 'started', data: '{"a":1}' },
          { event: 'message', data: 'one\n two\n' },
          { event: 'message', data: 'é' },
        ],
        problem: null,
      });
    }
  });

  test('reads the same however the bytes are cut', () => {
    const events = fc.array(
      fc.record({ event: fc.stringMatching(/^[a-z]{1,8}$/), data: fc.stringMatching(/^[^\r\n]{1,60}$/u) }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(events, fc.constantFrom('\n', '\r\n', '\r'), fc.array(fc.nat(400)), (sent, end, cuts) => {
        const lines = sent.flatMap(({ event, data }) => [`event: ${event}`, ': still here', `data: ${data}`, '']);
        const bytes = Buffer.from([...lines, ''].join(end));
        const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((place, index) => bytes.subarray(places[index], place));
        expect(readAll(chunks)).toEqual({ events: sent, problem: null });
      }),
    );
  });

  test('survives any bytes within its limits', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
        fc.constantFrom('\n', '\r', 'data:', 'event:x\n', ':', '\0', '\n\n').map((text) => Buffer.from(text)),
      ),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(pieces, (chunks) => {
        const { events } = readAll(chunks);
        for (const { event, data } of events) {
          expect(event.length).toBeLessThanOrEqual(64);
          expect(data.length).toBeLessThanOrEqual(LIMITS.event);
        }
      }),
    );
  });

  test.each([
    ['a line that never ends', 'x'.repeat(1_001), /line of more than 1000 bytes/],
    ['an event that never ends', 'data: 0123456789\n'.repeat(200), /event of more than 2000 bytes/],
    ['an event of empty lines', 'data\n'.repeat(2_001), /event of more than 2000 bytes/],
    ['comments without end', ': x\n'.repeat(2_501), /more than 10000 bytes/],
  ])('ends with %s, and reads nothing after it', (_name, text, problem) => {
    const parser = new EventStreamParser(LIMITS);
    for (const chunk of text.match(/[^]{1,64}/g)!) parser.push(Buffer.from(chunk));
    expect(parser.problem).toMatch(problem);
    expect(parser.push(Buffer.from('\n\ndata: x\n\n'))).toEqual([]);
  });

  test('takes exactly what its limits allow', () => {
    expect(readAll([`data: ${'x'.repeat(994)}\n\n`])).toMatchObject({
      events: [{ data: 'x'.repeat(994) }],
      problem: null,
    });
    expect(readAll([`data: ${'x'.repeat(995)}\n\n`]).problem).not.toBeNull();
  });

  test('takes linear time, whatever the pieces', () => {
    const limits = { line: 4 << 20, event: 4 << 20, total: 8 << 20 };
    const one = Buffer.from('x');
    for (const text of ['x', '\n', '\r', ':\n', 'data\n', 'data:\n\n']) {
      expectWithin(2_000, () => readAll([Buffer.from(text.repeat(500_000 / text.length))], limits));
    }
    expectWithin(3_000, () => {
      const parser = new EventStreamParser(limits);
      for (let count = 0; count < 250_000; count++) parser.push(one);
    });
  });
});
