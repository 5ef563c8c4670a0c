// Where the vertices and edges of a graph are drawn, and which vertex an arrow key leads to. Pure.
import { Graph, layout } from '@dagrejs/dagre';

export type Direction = 'LR' | 'TB';
export type Size = { width: number; height: number };
export type Link = { from: string; to: string; label?: string };
export type Placed = Size & { id: string; x: number; y: number }; // x, y: its middle
export type PlacedLink = Link & { path: string; x: number; y: number }; // x, y: the middle of its label
export type Layout = Size & {
  direction: Direction;
  nodes: Placed[]; // from the sources on, each after those before it
  links: PlacedLink[];
};

const MARGIN = 6;
const LABEL_HEIGHT = 18;
const LETTER_WIDTH = 7;

export function layOut(ids: readonly string[], links: readonly Link[], size: Size, direction: Direction): Layout {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: direction, nodesep: 24, ranksep: 28, edgesep: 12, marginx: MARGIN, marginy: MARGIN });
  for (const id of ids) graph.setNode(id, { ...size });
  const known = links.filter(({ from, to }) => graph.hasNode(from) && graph.hasNode(to));
  known.forEach(({ from, to, label = '' }, i) => {
    graph.setEdge(from, to, { width: label.length * LETTER_WIDTH, height: label ? LABEL_HEIGHT : 0, labelpos: 'c' }, String(i));
  });
  layout(graph);
  const along = direction === 'LR' ? 'x' : 'y';
  const across = direction === 'LR' ? 'y' : 'x';
  const nodes = ids
    .map((id) => ({ id, ...size, x: graph.node(id).x ?? 0, y: graph.node(id).y ?? 0 }))
    .sort((a, b) => a[along] - b[along] || a[across] - b[across]);
  const placed = known.map((link, i) => {
    const { points = [], x, y } = graph.edge(link.from, link.to, String(i));
    const middle = points[Math.floor(points.length / 2)];
    const ends = { from: graph.node(link.from) as Placed, to: graph.node(link.to) as Placed };
    return { ...link, path: curve(fromSideToSide(points, ends, along, size)), x: x ?? middle?.x ?? 0, y: y ?? middle?.y ?? 0 };
  });
  const { width = 0, height = 0 } = graph.graph();
  return { direction, width, height, nodes, links: placed };
}

type Point = { x: number; y: number };

/** The points with the first and the last one in the middle of the sides that face the flow. */
function fromSideToSide(points: Point[], { from, to }: { from: Point; to: Point }, along: 'x' | 'y', { width, height }: Size): Point[] {
  const half = along === 'x' ? { x: width / 2, y: 0 } : { x: 0, y: height / 2 };
  return [{ x: from.x + half.x, y: from.y + half.y }, ...points.slice(1, -1), { x: to.x - half.x, y: to.y - half.y }];
}

/** An SVG path through the first and the last point, and near those between. */
function curve(points: Point[]): string {
  const [first, ...rest] = points;
  const last = rest.pop();
  if (!first || !last) return '';
  const at = ({ x, y }: Point) => `${Math.round(x)},${Math.round(y)}`;
  const pieces = rest.map((point, i) => {
    const next = rest[i + 1];
    return `Q${at(point)} ${at(next ? { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 } : last)}`;
  });
  return `M${at(first)} ${pieces.length > 0 ? pieces.join(' ') : `L${at(last)}`}`;
}

const WAYS: Record<string, (from: Point, to: Point) => [along: number, across: number]> = {
  ArrowRight: (from, to) => [to.x - from.x, to.y - from.y],
  ArrowLeft: (from, to) => [from.x - to.x, to.y - from.y],
  ArrowDown: (from, to) => [to.y - from.y, to.x - from.x],
  ArrowUp: (from, to) => [from.y - to.y, to.x - from.x],
};

/** The vertex that the key leads to from another; null where there is none, or the key leads nowhere. */
export function neighbour({ nodes, direction }: Layout, from: string, key: string): string | null {
  if (key === 'Home') return nodes[0]?.id ?? null;
  if (key === 'End') return nodes.at(-1)?.id ?? null;
  const way = WAYS[key];
  const here = nodes.find(({ id }) => id === from);
  if (!way || !here) return null;
  const withFlow = (direction === 'LR') === (key === 'ArrowRight' || key === 'ArrowLeft');
  // Across the flow only to what is beside it.
  const widest = withFlow ? Infinity : direction === 'LR' ? here.width : here.height;
  let best: { id: string; far: number } | null = null;
  for (const node of nodes) {
    const [along, across] = way(here, node);
    const far = along + 2 * Math.abs(across);
    if (along > 1 && Math.abs(across) < widest && (!best || far < best.far)) best = { id: node.id, far };
  }
  return best?.id ?? null;
}
