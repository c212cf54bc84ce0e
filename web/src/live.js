/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* live.js - keeps the store up to date: server-sent events, and asking every few seconds while there are none.
 *
 * status is `connecting`, `live` (events arrive), `polling` (the hub answers, events do not) or `offline`. */
import { poll, refresh, setState } from './store.js';

const POLL_MS = 4000;
const RETRY_MS = 3000;

function parse(data) {
    try {
        return JSON.parse(data);
    } catch {
        return null;
    }
}

export function startLive() {
    let live = false;

    function connect() {
        const source = new EventSource('/api/v1/events');
        source.onopen = () => {
            live = true;
            setState({ status: 'live' });
            refresh(); // whatever was entered while there was no connection
        };
        source.addEventListener('entry', (event) => refresh(parse(event.data)?.kind));
        source.addEventListener('round', (event) => setState({ progress: parse(event.data) }));
        source.onerror = () => {
            if (live)
                setState({ status: 'polling' });
            live = false;
            if (source.readyState === EventSource.CLOSED) {
                source.close();
                setTimeout(connect, RETRY_MS);
            }
        };
    }

    async function tick() {
        if (!live) {
            const answered = await poll();
            if (!live)
                setState({ status: answered ? 'polling' : 'offline' });
        }
        setTimeout(tick, POLL_MS);
    }

    refresh();
    connect();
    setTimeout(tick, POLL_MS);
}
