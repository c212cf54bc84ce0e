/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* parts.jsx - the small pieces that every section uses. */
import { useState } from 'preact/hooks';
import { day, moment, short } from './format.js';
import { useStore } from './store.js';
import { useText } from './texts.js';

/** A number of the log, which opens the entry. */
export function Ref({ n }) {
    return n === null || n === undefined ? <span class="faint">–</span>
        : <a class="ref" href={`#entry-${n}`} title={`Entry ${n} of the log`}>#{n}</a>;
}

/** Words by their commitment. */
export function Text({ of, none = '–' }) {
    const { state, text } = useText(of);
    if (state === 'shown')
        return <>{text}</>;
    if (state === 'loading')
        return <span class="faint" aria-busy="true">…</span>;
    if (state === 'false')
        return <span class="bad">text does not match the log</span>;
    return state === 'none' ? <span class="faint">{none}</span>
        : <span class="withheld" title="The words were erased or are not public; their commitment stays on the log">withheld</span>;
}

/** A member's name, by the entry of the application. */
export function Member({ id, ref = true }) {
    const member = useStore((s) => s.tables?.member.find((row) => row.id === id));
    if (!member)
        return <>member {id ?? '–'}</>;
    return <span class="who"><Text of={member.name} none={`member ${id}`} />{ref && <> <Ref n={id} /></>}</span>;
}

/** The title of a row of a table, such as a model or a data set. */
export function Title({ table, id }) {
    const row = useStore((s) => s.tables?.[table].find((each) => each.id === id));
    return row ? <Text of={row.title} none={`${table} ${id}`} /> : <>{table} {id}</>;
}

/** A moment, which stays within one line. */
export const When = ({ ms, dateOnly }) => (
    <time class="keep" dateTime={new Date(ms).toISOString()} title={moment(ms)}>{dateOnly ? day(ms) : moment(ms)}</time>);

export const Hash = ({ of }) => <code class="hash" title={of}>{short(of)}</code>;

/** A state in words, with a tone: good, bad, wait or plain. */
export const Badge = ({ tone = 'plain', children }) => <span class={`badge ${tone}`}>{children}</span>;

export const Empty = ({ children }) => <p class="empty">{children}</p>;

/** A section of the page; `of` names the table without which it has nothing to show. */
export function Section({ id, title, lead, of, children }) {
    const withheld = useStore((s) => s.withheld.includes(of));
    return (
        <section id={id} aria-labelledby={`${id}-title`}>
            <h2 id={`${id}-title`}>{title}</h2>
            {lead && <p class="lead">{lead}</p>}
            {withheld ? <p class="empty" data-withheld={of}>For members. The bylaws keep these entries for members; everyone
                sees that they are on the log, by their hashes.</p> : children}
        </section>
    );
}

/** Terms and values in two columns. */
export function Facts({ rows }) {
    return (
        <dl class="facts">
            {rows.filter(Boolean).map(([term, value]) => <div key={term}><dt>{term}</dt><dd>{value}</dd></div>)}
        </dl>
    );
}

/** A table that becomes a list of cards on narrow screens. A column: {label, num, head, cell(row)}. */
export function Table({ caption, columns, rows, id, empty, limit = 0, foot }) {
    const [all, setAll] = useState(false);
    if (rows.length === 0)
        return <Empty>{empty}</Empty>;
    const shown = limit && !all ? rows.slice(0, limit) : rows;
    return (
        <>
            <table role="table">
                <caption>{caption}</caption>
                <thead role="rowgroup">
                    <tr role="row">{columns.map((column) => (
                        <th key={column.label} role="columnheader" scope="col" class={column.num ? 'num' : ''}>{column.label}</th>))}
                    </tr>
                </thead>
                <tbody role="rowgroup">{shown.map((row) => (
                    <tr key={id(row)} role="row">{columns.map((column) => {
                        const Cell = column.head ? 'th' : 'td';
                        return (
                            <Cell key={column.label} role={column.head ? 'rowheader' : 'cell'} scope={column.head ? 'row' : undefined}
                                data-label={column.label} class={column.num ? 'num' : ''}>
                                <span class="cell">{column.cell(row)}</span>
                            </Cell>);
                    })}</tr>))}
                </tbody>
                {foot && <tfoot role="rowgroup">{foot}</tfoot>}
            </table>
            <More shown={shown.length} total={rows.length} onAll={() => setAll(true)} />
        </>
    );
}

export function More({ shown, total, onAll }) {
    return shown < total
        ? <p class="more"><button type="button" onClick={onAll}>Show all {total}</button></p> : null;
}

/** A share of a whole as a bar; `label` says it in words. */
export function Meter({ part, label, tone = 'accent' }) {
    const width = `${Math.min(100, Math.max(0, part * 100))}%`;
    return <span class="meter" role="img" aria-label={label}><span class={`fill ${tone}`} style={{ width }} /></span>;
}
