import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Agenda } from '../../../src/async/agenda.js';
import { Gate } from '../../../src/net/scan/gate.js';
import type { Pacer } from '../../../src/net/scan/pacing.js';

const atOnce: Pacer = (now) => now;
const agendas: Agenda[] = [];

function createGate({ rate = 1e6, sockets = 1_000 } = {}): Gate {
  const agenda = new Agenda();
  agendas.push(agenda);
  return new Gate(agenda, rate, sockets);
}

/** Opens `count` sockets and tells how many are granted so far. */
function openMany(gate: Gate, count: number): { granted: number } {
  const state = { granted: 0 };
  for (let k = 0; k < count; k++) gate.open(atOnce, () => state.granted++);
  return state;
}

afterEach(() => {
  for (const agenda of agendas.splice(0)) agenda.clear();
});

describe('Gate', () => {
  test('grants no more packets a second than its rate, after a short burst', async () => {
    const gate = createGate({ rate: 500 });
    const start = performance.now();
    await new Promise<void>((resolve) => {
      let granted = 0;
      for (let k = 0; k < 110; k++) gate[k % 2 ? 'open' : 'send'](atOnce, () => ++granted === 110 && resolve());
    });
    // The burst is a fiftieth of a second's packets: 10. The other 100 take 200 ms.
    expect(performance.now() - start).toBeGreaterThan(195);
  });

  test('does not save up packets for longer than its burst', async () => {
    const gate = createGate({ rate: 100 });
    await sleep(150);
    const start = performance.now();
    const state = openMany(gate, 50);
    await sleep(0);
    await sleep(0);
    expect(state.granted).toBeLessThan(10 + (performance.now() - start) / 10);
  });

  test('grants no more sockets at once than its limit, and the next as one is given back', async () => {
    const gate = createGate({ sockets: 3 });
    const state = openMany(gate, 5);
    await sleep(30);
    expect([state.granted, gate.isFull, gate.isCrowded]).toEqual([3, true, true]);
    gate.release();
    await sleep(30);
    expect(state.granted).toBe(4);
    gate.release();
    await sleep(30);
    expect([state.granted, gate.isFull, gate.isCrowded]).toEqual([5, true, false]);
    gate.release();
    expect(gate.isFull).toBe(false);
  });

  test('grants sends before new sockets, and also when all sockets are taken', async () => {
    const gate = createGate({ sockets: 2 });
    const order: string[] = [];
    for (const name of ['a', 'b', 'c']) gate.open(atOnce, () => void order.push(name));
    for (const name of ['x', 'y']) gate.send(atOnce, () => void order.push(name));
    await sleep(30);
    gate.send(atOnce, () => void order.push('z'));
    await sleep(30);
    expect(order).toEqual(['x', 'y', 'a', 'b', 'z']);
  });

  test('holds a paced job until its moment, and meanwhile lets others pass', async () => {
    const gate = createGate();
    const order: string[] = [];
    const due = performance.now() + 40;
    let heldUntil = 0;
    gate.open(
      () => due,
      () => {
        heldUntil = performance.now();
        order.push('held');
      },
    );
    gate.send(
      () => due,
      () => void order.push('held too'),
    );
    gate.open(atOnce, () => void order.push('free'));
    await sleep(120);
    expect(order).toEqual(['free', 'held too', 'held']);
    expect(heldUntil).toBeGreaterThanOrEqual(due);
  });

  test('shrinks below what was open when the system refused a socket, never below 8', async () => {
    const gate = createGate({ sockets: 100 });
    openMany(gate, 20);
    await sleep(30);
    gate.shrink();
    const later = openMany(gate, 1);
    gate.release();
    gate.release();
    await sleep(30);
    expect(later.granted).toBe(0);
    gate.release();
    await sleep(30);
    expect(later.granted).toBe(1);

    const small = createGate({ sockets: 9 });
    openMany(small, 2);
    await sleep(30);
    small.shrink();
    expect((await settled(openMany(small, 20))).granted).toBe(6);
  });

  test('grants nothing of what waited once it is cleared', async () => {
    const gate = createGate({ sockets: 1 });
    const state = openMany(gate, 4);
    gate.send(atOnce, () => state.granted++);
    gate.clear();
    gate.release();
    expect((await settled(state)).granted).toBe(0);
  });

  test('grants thousands of jobs in the order in which they came', async () => {
    const gate = createGate({ rate: 1e9, sockets: 1e6 });
    const order: number[] = [];
    for (let k = 0; k < 5_000; k++) gate.open(atOnce, () => void order.push(k));
    while (order.length < 5_000) await sleep(5);
    expect(order).toEqual(Array.from({ length: 5_000 }, (_, k) => k));
  });
});

async function settled<T>(state: T): Promise<T> {
  await sleep(40);
  return state;
}
