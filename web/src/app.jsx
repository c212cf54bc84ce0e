/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* app.jsx - the frame: name, connection, contents and the sections. */
import { useEffect } from 'preact/hooks';
import { useStore } from './store.js';
import { Overview } from './overview.jsx';
import { Members } from './members.jsx';
import { Motions } from './motions.jsx';
import { Mandates } from './mandates.jsx';
import { Rounds } from './rounds.jsx';
import { Models } from './models.jsx';
import { Data } from './data.jsx';
import { Ledger } from './ledger.jsx';
import { Log } from './log.jsx';

const CONTENTS = [['co-op', 'Co-op'], ['members', 'Members'], ['motions', 'Motions'], ['mandates', 'Mandates'],
    ['rounds', 'Rounds'], ['models', 'Models'], ['data', 'Data'], ['ledger', 'Ledger'], ['log', 'Log']];

const STATUS = {
    connecting: ['wait', 'Connecting…'],
    live: ['good', 'Live'],
    polling: ['wait', 'Reconnecting, asking every few seconds'],
    offline: ['bad', 'The hub does not answer; trying again'],
};

function Status() {
    const status = useStore((s) => s.status);
    const [tone, text] = STATUS[status];
    return <p id="status" class={`status ${tone}`} role="status" aria-live="polite"><span class="dot" aria-hidden="true" />{text}</p>;
}

function Mark() {
    return (
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
            <path d="M16 28V5M16 18c-1-5-4-8-7-10M16 18c1-5 4-8 7-10M16 18c-4 3-6 6-6 10M16 18c4 3 6 6 6 10M10.5 18.5h11" />
        </svg>
    );
}

export function App() {
    const coop = useStore((s) => s.coop);
    const tables = useStore((s) => s.tables);
    const error = useStore((s) => s.error);
    const name = coop?.bylaws.name;
    useEffect(() => {
        if (name)
            document.title = `${name} · Sheaf`;
    }, [name]);
    return (
        <>
            <a class="skip" href="#main">Skip to the contents</a>
            <header class="top">
                <a class="brand" href="#co-op"><Mark /><span>Sheaf</span></a>
                <Status />
            </header>
            <div class="frame">
                <nav aria-label="Sections"><ul>{CONTENTS.map(([id, label]) => <li key={id}><a href={`#${id}`}>{label}</a></li>)}</ul></nav>
                <main id="main" tabIndex={-1}>
                    {tables ? (
                        <>
                            {error && <p class="notice bad" role="alert">{`What is shown may be old: ${error}.`}</p>}
                            <Overview /><Members /><Motions /><Mandates /><Rounds /><Models /><Data /><Ledger /><Log />
                        </>
                    ) : error ? (
                        <p class="notice bad" role="alert">{`The co-op could not be read: ${error}. This page tries again by itself every few seconds.`}</p>
                    ) : <p class="boot" aria-busy="true">Loading the co-op…</p>}
                    <footer>
                        <p>Sheaf {coop?.version}. This page reads only from the hub that served it. Proofs are checked in
                            this browser; whoever wants to trust no hub runs <code>sheaf verify</code> on a copy of the log.</p>
                    </footer>
                </main>
            </div>
        </>
    );
}
