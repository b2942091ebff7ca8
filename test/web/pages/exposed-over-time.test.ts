import { describe, expect, test } from '@jest/globals';
import { render } from 'preact-render-to-string';
import type { StandingsPoint } from '../../../src/fleet/store/standings.js';
import { ExposedOverTime } from '../../../src/web/pages/exposed-over-time.js';

const COUNTS = { violation: 3, 'no-answer': 1, inconclusive: 4, 'not-checked': 7, compliant: 90 };
const POINTS: readonly StandingsPoint[] = [
  { at: '2026-11-01T00:00:00.000Z', counts: null },
  { at: '2026-11-22T12:00:00.000Z', counts: COUNTS },
  { at: '2026-11-24T12:00:00.000Z', counts: null },
];

const valuesOf = (html: string) => [...html.matchAll(/data-value(?:="([^"]*)")?/g)].map(([, value = '']) => value);

describe('clients over time', () => {
  const html = render(ExposedOverTime({ points: POINTS }));

  test('are a table that the chart is drawn from: from the first that is known on, empty where it is not', () => {
    const id = /data-chart="([^"]+)"/.exec(html)![1]!;
    expect(html).toContain(`<table id="${id}"`);
    expect(valuesOf(html)).toEqual([POINTS[1]!.at, '3', '5', '90', '7', POINTS[2]!.at, '', '', '', '']);
    const heads = [...html.matchAll(/<th scope="col">([^<]*)/g)].map(([, text]) => text);
    expect(heads).toEqual(['When', 'Action needed', 'Not determined or no answer', 'As agreed', 'Not checked']);
    expect(html).toMatch(/<details>.*<caption/);
  });

  test('say in words where nothing is known', () => {
    expect(html.split('not known</span>')).toHaveLength(5);
    const nothing = render(ExposedOverTime({ points: POINTS.slice(0, 1) }));
    expect(nothing).toContain('after the next sweep');
    expect(nothing).not.toContain('data-chart');
  });
});
