import { expect, test } from 'vitest';
import { layOut, neighbour } from './graph_layout';

const SIZE = { width: 200, height: 80 };
//  a --> c --> d
//  b ---^
const LINKS = [
  { from: 'a', to: 'c', label: 'HASH' },
  { from: 'b', to: 'c' },
  { from: 'c', to: 'd' },
];

test('left to right, sources first, nothing on top of another', () => {
  const { nodes, width, height } = layOut(['d', 'c', 'b', 'a'], LINKS, SIZE, 'LR');
  const at = Object.fromEntries(nodes.map((node) => [node.id, node]));
  expect(nodes.map(({ id }) => id).slice(2)).toEqual(['c', 'd']);
  expect(at.a!.x).toBe(at.b!.x);
  expect(Math.abs(at.a!.y - at.b!.y)).toBeGreaterThanOrEqual(SIZE.height);
  expect(at.c!.x - at.a!.x).toBeGreaterThanOrEqual(SIZE.width + 'HASH'.length * 7);
  expect(width).toBeGreaterThan(3 * SIZE.width);
  expect(height).toBeLessThan(3 * SIZE.height);
});
test('top to bottom it is as wide as its widest rank', () => {
  expect(layOut(['a', 'b', 'c', 'd'], LINKS, SIZE, 'TB').width).toBeLessThan(2.5 * SIZE.width);
});
test('every edge ends at its vertices; one to a vertex that is not there is left out; two between the same two are two', () => {
  const { links } = layOut(['a', 'b'], [{ from: 'a', to: 'b' }, { from: 'a', to: 'b', label: 'HASH' }, { from: 'a', to: 'x' }], SIZE, 'LR');
  expect(links.map(({ from, to }) => from + to)).toEqual(['ab', 'ab']);
  expect(links[0]!.path).toMatch(/^M206,\d+ [QL]/);
  expect(links[0]!.path).not.toBe(links[1]!.path);
});
test('arrow keys go along and across', () => {
  const layout = layOut(['a', 'b', 'c', 'd'], LINKS, SIZE, 'LR');
  const [upper, lower] = layout.nodes.slice(0, 2).map(({ id }) => id) as [string, string];
  expect(neighbour(layout, upper, 'ArrowDown')).toBe(lower);
  expect(neighbour(layout, lower, 'ArrowUp')).toBe(upper);
  expect(neighbour(layout, 'a', 'ArrowRight')).toBe('c');
  expect(neighbour(layout, 'd', 'ArrowLeft')).toBe('c');
  expect(neighbour(layout, 'c', 'ArrowDown')).toBe(null);
  expect(neighbour(layout, 'd', 'ArrowRight')).toBe(null);
  expect(neighbour(layout, 'a', 'x')).toBe(null);
  expect(neighbour(layout, 'a', 'End')).toBe('d');
});
test('no vertices', () => expect(layOut([], [], SIZE, 'LR').nodes).toEqual([]));
