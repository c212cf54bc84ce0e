/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* chart.jsx - one figure over the training rounds: a line for training records, dots for held-out ones.
 *
 * The canvas is for eyes; the same numbers stand in a table beside it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';

const dark = matchMedia('(prefers-color-scheme: dark)');
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Changes whenever the colour scheme does, so that the chart is drawn anew. */
function useScheme() {
    const [scheme, setScheme] = useState(dark.matches);
    useEffect(() => {
        const listener = () => setScheme(dark.matches);
        dark.addEventListener('change', listener);
        return () => dark.removeEventListener('change', listener);
    }, []);
    return scheme;
}

/** From the first point to the last; a single one stands in the middle. */
function ends({ data: [x] }) {
    return x.length > 1 ? [x[0], x.at(-1)] : [(x[0] ?? 1) - 1, (x[0] ?? 1) + 1];
}

function options(width, { label, digits, range, onIndex }) {
    const axis = { stroke: css('--faint'), font: `12px ${css('--sans')}`, grid: { stroke: css('--rule'), width: 1 }, ticks: { show: false } };
    const number = (value) => (value === null || value === undefined ? '–' : value.toFixed(digits));
    return {
        width, height: 220, padding: [12, 10, 0, 0], legend: { show: false },
        cursor: { sync: { key: 'rounds' }, drag: { x: false, y: false }, points: { size: 7 } },
        scales: { x: { time: false, range: ends }, y: { range } },
        axes: [
            { ...axis, grid: { show: false }, size: 34, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000] },
            { ...axis, size: 48, values: (_, splits) => splits.map((value) => number(value).replace(/(\.\d\d)0$/, '$1')) },
        ],
        series: [
            {},
            { label: `${label}, training`, stroke: css('--line'), width: 2, spanGaps: true, points: { show: false } },
            { label: `${label}, held out`, stroke: css('--gold'), fill: css('--gold'), paths: () => null,
                points: { show: true, size: 9, fill: css('--gold'), stroke: css('--paper'), width: 1.5 } },
        ],
        hooks: { setCursor: [(plot) => onIndex(plot.cursor.idx ?? null)] },
    };
}

/** @param {{label: string, title: string, points: any[], line: string, dots: string, digits: number, range: Function,
 *   show: (value: number) => string}} props */
export function Chart({ label, title, points, line, dots, digits, range, show }) {
    const box = useRef(null);
    const plot = useRef(null);
    const [index, setIndex] = useState(null);
    const scheme = useScheme();
    const data = [points.map((p) => p.x), points.map((p) => p[line]), points.map((p) => p[dots])];
    useEffect(() => {
        const width = () => Math.max(200, box.current.clientWidth);
        plot.current = new uPlot(options(width(), { label, digits, range, onIndex: setIndex }), data, box.current);
        const observer = new ResizeObserver(() => plot.current.setSize({ width: width(), height: 220 }));
        observer.observe(box.current);
        return () => {
            observer.disconnect();
            plot.current.destroy();
        };
    }, [scheme]);
    useEffect(() => plot.current.setData(data), [points]);
    const last = (name) => points.reduce((found, p) => (p[name] === null ? found : p), null);
    const at = index === null ? null : points[index];
    const value = (name) => (at ?? last(name))?.[name];
    const text = (name) => (value(name) === null || value(name) === undefined ? '–' : show(value(name)));
    const known = [line, dots].filter((name) => points.some((p) => p[name] !== null));
    const words = { [line]: 'on training records', [dots]: 'held out' };
    return (
        <figure class="chart">
            <figcaption><strong>{title}</strong>
                {known.map((name) => <span key={name} class={name === line ? 'key train' : 'key held'}>{text(name)} {words[name]}</span>)}
                <span class="faint">{at ? `after ${at.x} training rounds` : 'latest'}</span></figcaption>
            <div class="plot" ref={box} role="img" aria-label={`${title} by training rounds; latest ${known.map((name) => `${text(name)} ${words[name]}`).join(', ')}`} />
            <p class="axis faint" aria-hidden="true">training rounds</p>
        </figure>
    );
}
