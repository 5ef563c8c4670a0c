// Rows a second of one vertex, as they go on.
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { count, duration, rate } from '../../ui/format';
import { useNow } from '../../ui/now';
import { useTheme } from '../../ui/theme';
import type { RateHistory } from './rate_history';

const HEIGHT = 130;
const LEAST_S = 60; // a chart of two seconds says nothing

export function RateChart({ vertex, history, shows }: { vertex: string; history: RateHistory; shows: ('in' | 'out')[] }) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>();
  const theme = useTheme();
  const now = useNow();
  const what = shows.join();
  useEffect(() => {
    const element = place.current!;
    const made = (chart.current = new uPlot(optionsOf(element, what.split(',')), history.series(vertex), element));
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [vertex, history, what, theme]);
  useEffect(() => chart.current?.setData(history.series(vertex)), [now, vertex, history]);

  const [times, rowsIn, rowsOut] = history.series(vertex);
  const words = shows.map((way) => `${rate((way === 'in' ? rowsIn : rowsOut).at(-1) ?? 0)} ${way}`).join(', ');
  return (
    <figure className="chart">
      <figcaption>
        {shows.includes('in') && <span className="key in">in</span>} {shows.includes('out') && <span className="key out">out</span>} rows/s, {spanOf(times, history.full)}
      </figcaption>
      <div ref={place} role="img" aria-label={`Rows a second, ${spanOf(times, history.full)}; now ${words}`} />
    </figure>
  );
}

/** Which time the chart shows: nobody keeps rates but the page, while it shows the job. */
function spanOf(times: readonly number[], full: boolean): string {
  const seconds = Math.round((times.at(-1) ?? 0) - (times[0] ?? 0));
  const span = duration(Math.max(1, seconds) * 1000);
  return full ? `the last ${span}` : `the ${span} since this page was opened`;
}

// uPlot has no first and last where there is no value yet, whatever its types say.
function rangeOf(first: number | null, last: number | null): [number, number] {
  const end = last ?? Date.now() / 1000;
  return [Math.min(first ?? end, end - LEAST_S), end];
}

function optionsOf(element: HTMLElement, shows: string[]): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(name).trim();
  const axis = { stroke: color('--faint'), grid: { stroke: color('--line'), width: 1 }, ticks: { show: false } };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { range: (_, first, last) => rangeOf(first, last) }, y: { range: (_, __, most) => [0, Math.max(1, (most ?? 0) * 1.1)] } },
    axes: [
      { ...axis, values: (_, times) => times.map((t) => new Date(t * 1000).toTimeString().slice(0, 8)), space: 70, size: 28 },
      { ...axis, values: (_, numbers) => numbers.map(count), size: 48 },
    ],
    series: [
      {},
      { stroke: color('--in'), width: 2, show: shows.includes('in'), points: { show: false } },
      { stroke: color('--out'), width: 2, show: shows.includes('out'), points: { show: false } },
    ],
  };
}
