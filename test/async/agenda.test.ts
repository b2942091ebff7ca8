import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Agenda, cancel } from '../../src/async/agenda.js';

const countTimers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

describe('Agenda', () => {
  let agenda = new Agenda();
  afterEach(() => {
    agenda.clear();
    agenda = new Agenda();
  });

  test('runs appointments in the order in which they are due, none early', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: -5, max: 12 }), { minLength: 1, maxLength: 60 }), async (delays) => {
        const own = new Agenda();
        const start = performance.now();
        const ran: number[] = [];
        let early = 0;
        await new Promise<void>((resolve) => {
          for (const delay of delays) {
            own.at(start + delay, () => {
              if (performance.now() < start + delay) early++;
              if (ran.push(delay) === delays.length) resolve();
            });
          }
        });
        expect(ran).toEqual([...delays].sort((a, b) => a - b));
        expect(early).toBe(0);
      }),
      { numRuns: 25 },
    );
  });

  test('never runs what is cancelled, whatever stands before and behind it', async () => {
    const ran: number[] = [];
    const appointments = Array.from({ length: 40 }, (_, index) => agenda.in(index % 10, () => void ran.push(index)));
    for (const [index, appointment] of appointments.entries()) if (index % 3 !== 0) cancel(appointment);
    cancel(null);
    cancel(undefined);
    await sleep(60);
    expect(ran.toSorted((a, b) => a - b)).toEqual(appointments.flatMap((_, index) => (index % 3 === 0 ? [index] : [])));
  });

  test('can cancel and appoint while it runs', async () => {
    const ran: string[] = [];
    const now = performance.now();
    agenda.at(now, () => {
      ran.push('first');
      cancel(second);
      agenda.in(5, () => void ran.push('third'));
    });
    const second = agenda.at(now + 1, () => void ran.push('second'));
    for (let tries = 0; tries < 50 && ran.length < 2; tries++) await sleep(60);
    expect(ran).toEqual(['first', 'third']);
  });

  test('has one timer for all, and none when nothing is due any more', async () => {
    const before = countTimers();
    const appointments = Array.from({ length: 100 }, () => agenda.in(60_000, () => undefined));
    expect(countTimers()).toBe(before + 1);
    for (const appointment of appointments) cancel(appointment);
    await sleep(60);
    expect(countTimers()).toBe(before);
    agenda.in(1, () => undefined);
    expect(countTimers()).toBe(before + 1);
    // Longer where the process itself stands still for a while.
    for (let tries = 0; tries < 50 && countTimers() > before; tries++) await sleep(60);
    expect(countTimers()).toBe(before);
  });

  test('forgets everything when cleared', async () => {
    let ran = 0;
    const before = countTimers();
    agenda.in(5, () => ran++);
    agenda.clear();
    expect(countTimers()).toBe(before);
    await sleep(40);
    expect(ran).toBe(0);
  });
});
