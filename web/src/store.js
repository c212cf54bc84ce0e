/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* store.js - what the page knows: the co-op, the tables of the state, and how the connection is.
 *
 * One object, replaced and never changed in place; components subscribe through useStore(). */
import { useEffect, useState } from 'preact/hooks';
import * as api from './api.js';
import { touchedTables } from './derive.js';

export const TABLES = ['bylaws', 'decision', 'class', 'member', 'key', 'motion', 'ballot', 'dataset', 'consent', 'model',
    'mandate', 'source', 'round', 'evaluation', 'evaluation_group', 'account', 'argument', 'suspension'];

const REFRESH_GAP_MS = 300; // bursts of acts are read together

/** `withheld` names the tables that are for members: they are empty here.
 * @type {{coop: any, tables: Record<string, any[]>|null, withheld: string[], status: string, error: string|null, progress: any}} */
let state = { coop: null, tables: null, withheld: [], status: 'connecting', error: null, progress: null };
const listeners = new Set();

export const getState = () => state;

/** @param {Partial<typeof state>} change */
export function setState(change) {
    state = { ...state, ...change };
    for (const listener of [...listeners])
        listener(state);
}

/** @template T @param {(s: typeof state) => T} select @returns {T} */
export function useStore(select) {
    const [value, setValue] = useState(() => select(state));
    useEffect(() => {
        const listener = (now) => setValue(() => select(now));
        listeners.add(listener);
        listener(state);
        return () => listeners.delete(listener);
    }, []);
    return value;
}

let wanted = new Set();
let timer = null;
let running = false;

async function run() {
    timer = null;
    if (running)
        return;
    running = true;
    const names = state.tables ? [...wanted] : TABLES;
    wanted = new Set();
    try {
        const [coop, ...rows] = await Promise.all([api.coop(), ...names.map(api.table)]);
        const tables = { ...state.tables };
        names.forEach((name, i) => (tables[name] = rows[i] ?? []));
        const withheld = TABLES.filter((name) => (names.includes(name) ? rows[names.indexOf(name)] === null
            : state.withheld.includes(name)));
        const progress = coop.entries === state.coop?.entries ? state.progress : liveProgress(tables);
        setState({ coop, tables, withheld, error: null, progress });
    } catch (error) {
        names.forEach((name) => wanted.add(name));
        setState({ error: error.message });
    }
    running = false;
    if (wanted.size > 0 && !state.error)
        schedule();
}

/** What is known of a round under way ends with the round. */
function liveProgress(tables) {
    const round = tables.round?.find((row) => row.id === state.progress?.round);
    return round && round.state !== 'open' ? null : state.progress;
}

function schedule() {
    if (timer === null)
        timer = setTimeout(run, REFRESH_GAP_MS);
}

/** Reads again what an act of this kind may have changed; everything where no kind is given. */
export function refresh(kind) {
    for (const name of (kind && touchedTables(kind)) ?? TABLES)
        wanted.add(name);
    schedule();
}

/** Reads everything now, if anything was entered since the last time. */
export async function poll() {
    try {
        const coop = await api.coop();
        if (!state.tables || coop.entries !== state.coop?.entries || state.error)
            refresh();
        return true;
    } catch (error) {
        setState({ error: error.message });
        return false;
    }
}
