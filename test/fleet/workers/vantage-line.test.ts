import { expect, test } from '@jest/globals';
import { Line } from '../../../src/fleet/workers/vantage-line.js';

const lookAt = (address: string) => ({ id: address, target: { address } });

test('an order is out until all of its looks are done, and its networks are in no other until then', () => {
  const line = new Line<ReturnType<typeof lookAt>>({ name: 'berlin', source: 'outsider' });
  const [first, second, third] = [lookAt('198.51.100.1'), lookAt('198.51.100.2'), lookAt('198.51.100.3')];
  line.planner.add(first);
  line.planner.add(second);
  expect(line.next('one')).toEqual([first, second]);
  expect([line.orders, line.ordered.get(second.id)]).toEqual([['one'], 'one']);
  line.planner.add(third);
  line.noteDone(first);
  line.noteDone(first);
  expect([line.next('two'), line.orders]).toEqual([[], ['one']]);
  line.noteDone(second);
  expect([line.next('three'), line.orders]).toEqual([[third], ['three']]);
});

test('an order of a coordinator before is out until what is known of it is done', () => {
  const line = new Line<ReturnType<typeof lookAt>>({ name: 'berlin', source: 'outsider' });
  const [before, after] = [lookAt('198.51.100.1'), lookAt('198.51.100.2')];
  line.noteOrdered('before', before);
  line.planner.add(after);
  expect([line.next('one'), line.orders]).toEqual([[], ['before']]);
  line.noteDone(before);
  expect([line.next('two'), line.orders]).toEqual([[after], ['two']]);
});
