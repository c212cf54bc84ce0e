/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* log.jsx - the log, the latest entries first; `#entry-N` in the address opens an entry. */
import { useEffect, useState } from 'preact/hooks';
import * as api from './api.js';
import { clock, day, integer, sentence } from './format.js';
import { actor, verb } from './kinds.js';
import { useStore } from './store.js';
import { Entry } from './entry.jsx';
import { Empty, Member, Section } from './parts.jsx';

const PAGE = 15;

const addressed = () => Number(/^#entry-(\d{1,15})$/.exec(location.hash)?.[1] ?? -1);

function Line({ item, open, onToggle }) {
    const { entry, index } = item;
    const member = entry ? actor(entry, index) : null;
    return (
        <li id={`entry-${index}`} data-entry={index}>
            <button type="button" class="line" aria-expanded={open} aria-controls={`entry-${index}-body`} onClick={onToggle}>
                <span class="index">#{index}</span>
                <span class="what">{!entry ? 'For members only'
                    : <>{member === null ? 'The hub' : <Member id={member} ref={false} />} {verb(entry.act.kind)}</>}</span>
                {entry && <time dateTime={new Date(entry.stamp).toISOString()}><span class="date">{day(entry.stamp)}, </span>{clock(entry.stamp)}</time>}
            </button>
            {open && <Entry item={item} />}
        </li>
    );
}

/** The entries of one page; `top` is the number above the first, or null for the latest. */
function useEntries(top, size) {
    const [page, setPage] = useState({ items: [], fault: null });
    const end = Math.min(size, top ?? size);
    useEffect(() => {
        let stale = false;
        const from = Math.max(0, end - PAGE);
        if (end > 0)
            api.entries(from, end - from).then(
                (answer) => stale || setPage({ items: [...answer.entries].reverse(), fault: null }),
                (error) => stale || setPage((old) => ({ ...old, fault: error.message })));
        return () => {
            stale = true;
        };
    }, [end]);
    return page;
}

export function Log() {
    const size = useStore((s) => s.coop.entries);
    const [top, setTop] = useState(null);
    const [open, setOpen] = useState(-1);
    const { items, fault } = useEntries(top, size);
    useEffect(() => {
        const go = () => {
            const index = addressed();
            if (index < 0)
                return;
            setOpen(index);
            setTop(index + 1 + Math.floor(PAGE / 3));
        };
        go();
        addEventListener('hashchange', go);
        return () => removeEventListener('hashchange', go);
    }, []);
    useEffect(() => {
        if (open >= 0 && open === addressed())
            document.getElementById(`entry-${open}`)?.scrollIntoView({ block: 'start' });
    }, [open, items]);
    const toggle = (index) => {
        const closing = open === index;
        setOpen(closing ? -1 : index);
        setTop((old) => old ?? size); // the page stays while an entry is read
        history.replaceState(null, '', closing ? '#log' : location.pathname);
    };
    const end = Math.min(size, top ?? size);
    const from = Math.max(0, end - PAGE);
    const latest = top === null || top >= size;
    return (
        <Section id="log" title="Log" lead="Every act is a signed entry. Open one: this browser recomputes the way from its bytes to the root that the log’s key signed.">
            <p class="pager">
                <span>{end > 0 ? sentence(`entries ${integer(from)} to ${integer(end - 1)} of ${integer(size)}`) : 'No entries'}</span>
                <button type="button" disabled={latest} onClick={() => setTop(end + PAGE >= size ? null : end + PAGE)}>Newer</button>
                <button type="button" disabled={from === 0} onClick={() => setTop(from)}>Older</button>
                <button type="button" disabled={top === null} onClick={() => { setOpen(-1); setTop(null); }}>Latest</button>
            </p>
            {fault && <p class="notice bad" role="alert">{`The entries could not be read: ${fault}.`}</p>}
            {size === 0 ? <Empty>The log is empty.</Empty> : (
                <ol class="log" reversed>{items.map((item) => <Line key={item.index} item={item} open={open === item.index}
                    onToggle={() => toggle(item.index)} />)}</ol>)}
        </Section>
    );
}
