// A line over the last minutes, as small as it can be and still be read: its last value in figures,
// its range beside it, and everything in words for those who don't see it.
import { count } from "../lib/format";

export interface Series {
  name: string;
  tone: string;
  values: number[];
}

const width = 300;
const height = 72;

function path(values: number[], top: number): string {
  const step = values.length > 1 ? width / (values.length - 1) : width;
  return values
    .map((v, at) => `${at === 0 ? "M" : "L"}${(at * step).toFixed(1)} ${(height - 2 - (v / top) * (height - 6)).toFixed(1)}`)
    .join("");
}

export function Chart({ title, unit, series }: { title: string; unit: string; series: Series[] }) {
  const top = Math.max(1, ...series.flatMap((one) => one.values));
  const words = series.map((one) => `${one.name} ${count(one.values.at(-1) ?? 0)}`).join(", ");
  return (
    <figure class="chart">
      <figcaption>
        <span class="chart-title">{title}</span>
        <span class="dim">{unit}</span>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={`${title}: ${words}`}>
        <line x1="0" x2={width} y1={height - 1} y2={height - 1} class="axis" />
        {series.map((one) => (
          <g key={one.name} class={`line ${one.tone}`}>
            {one.values.length > 1 && <path class="area" d={`${path(one.values, top)}L${width} ${height}L0 ${height}Z`} />}
            {one.values.length > 1 && <path d={path(one.values, top)} vector-effect="non-scaling-stroke" />}
          </g>
        ))}
      </svg>
      <div class="legend">
        {series.map((one) => (
          <span key={one.name} class={`key ${one.tone}`}>
            {one.name} <b class="num">{count(one.values.at(-1) ?? 0)}</b>
          </span>
        ))}
        <span class="dim num">max {count(top)}</span>
      </div>
    </figure>
  );
}
