// A graph of vertices: left to right, or top to bottom where there is no room for that. Vertices are a list of
// buttons, so that it can be walked by keyboard and read aloud; the lines are only for the eye.
import { type CSSProperties, type ReactNode, useLayoutEffect, useMemo, useRef, useState } from 'react';
import './graph.css';
import { layOut, type Link, neighbour, type Placed, type Size } from './graph_layout';

const NARROW = 720; // pixels
const SMALLEST_FIT = 0.7; // smaller is not readable: then the graph scrolls in its frame
const STEP = 1.25;

type Named = { id: string; name: string };
export type GraphProps<N extends Named> = {
  label: string;
  nodes: readonly N[];
  edges: readonly Link[];
  size: Size; // of every vertex, in pixels
  draw: (node: N) => ReactNode; // phrasing content only: it stands in a button
  describe?: (node: N) => string; // read out behind that, before where its rows go: what only colours say
  tone?: (node: N) => string | undefined; // a class of its box
  selected?: string | null;
  onSelect?: (id: string) => void;
};

export function Graph<N extends Named>({ label, nodes, edges, size, draw, describe, tone, selected = null, onSelect }: GraphProps<N>) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const [zoom, setZoom] = useState<number | 'fit'>('fit');
  const [walked, setWalked] = useState<string | null>(null);
  const direction = width < NARROW ? 'TB' : 'LR';
  // Numbers change every second, the shape hardly ever: only that is laid out again.
  const shape = JSON.stringify([nodes.map(({ id }) => id), edges, size, direction]);
  const layout = useMemo(() => layOut(nodes.map(({ id }) => id), edges, size, direction), [shape]);
  const fit = Math.max(SMALLEST_FIT, Math.min(1, width / layout.width));
  const scale = zoom === 'fit' ? fit : zoom;
  const known = new Map(nodes.map((node) => [node.id, node]));
  const reachable = [walked, selected].find((id) => id !== null && known.has(id)) ?? layout.nodes[0]?.id;

  const walk = (event: React.KeyboardEvent, from: string) => {
    const to = neighbour(layout, from, event.key);
    if (to === null) return;
    event.preventDefault();
    setWalked(to);
    frame.current?.querySelector<HTMLElement>(`[data-vertex="${CSS.escape(to)}"]`)?.focus();
  };
  return (
    <div className="graph">
      <div className="graph-zoom">
        <button className="plain" aria-label="Smaller" disabled={scale <= 0.3} onClick={() => setZoom(scale / STEP)}>−</button>
        <button className="plain" disabled={zoom === 'fit'} onClick={() => setZoom('fit')}>Fit</button>
        <button className="plain" aria-label="Larger" disabled={scale >= 2} onClick={() => setZoom(scale * STEP)}>+</button>
      </div>
      <div className="graph-frame" ref={frame}>
        <div className="graph-page" style={{ width: layout.width * scale, height: layout.height * scale }}>
          <div className="graph-sheet" style={{ width: layout.width, height: layout.height, transform: `scale(${scale})` }}>
            <Lines layout={layout} />
            <ul aria-label={`${label}. Arrow keys go from vertex to vertex.`}>
              {layout.nodes.map((placed) => {
                const node = known.get(placed.id)!;
                return (
                  <li key={placed.id} style={boxOf(placed)}>
                    <button
                      type="button"
                      data-vertex={placed.id}
                      className={`vertex ${tone?.(node) ?? ''}`}
                      aria-pressed={onSelect ? selected === placed.id : undefined}
                      tabIndex={placed.id === reachable ? 0 : -1}
                      onFocus={() => setWalked(placed.id)}
                      onKeyDown={(event) => walk(event, placed.id)}
                      onClick={() => onSelect?.(placed.id)}
                    >
                      {draw(node)}
                      <span className="visually-hidden">{inWords(describe?.(node), whereTo(placed.id, edges, known))}</span>
                    </button>
                  </li>
                );
              })}
            </ul>
          </div>
        </div>
      </div>
    </div>
  );
}

function boxOf({ x, y, width, height }: Placed): CSSProperties {
  return { left: x - width / 2, top: y - height / 2, width, height };
}

function whereTo(id: string, edges: readonly Link[], known: Map<string, Named>): string {
  const names = edges.filter(({ from }) => from === id).map(({ to }) => known.get(to)?.name);
  return names.length > 0 ? `goes on to ${names.join(' and ')}` : '';
}
const inWords = (...parts: (string | undefined)[]) => parts.filter((part) => part).join(', ');

function Lines({ layout }: { layout: ReturnType<typeof layOut> }) {
  return (
    <svg width={layout.width} height={layout.height} aria-hidden="true">
      <defs>
        <marker id="graph-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0,0 L8,4 L0,8 z" />
        </marker>
      </defs>
      {layout.links.map(({ from, to, path, label, x, y }, i) => (
        <g key={`${from} ${to} ${i}`}>
          <path className="line" d={path} markerEnd="url(#graph-arrow)" />
          {label && <text x={x} y={y} textAnchor="middle" dominantBaseline="central">{label}</text>}
        </g>
      ))}
    </svg>
  );
}

function useWidth(of: React.RefObject<HTMLElement>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = of.current!;
    const take = () => setWidth(element.clientWidth);
    take();
    const observer = new ResizeObserver(take);
    observer.observe(element);
    return () => observer.disconnect();
  }, [of]);
  return width;
}
