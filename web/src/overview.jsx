/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* overview.jsx - what the co-op is and the rules it gave itself. */
import { useEffect, useState } from 'preact/hooks';
import * as api from './api.js';
import { basisPoints, day, duration, integer, plural, words } from './format.js';
import { useStore } from './store.js';
import { Facts, Hash, Ref } from './parts.jsx';

const FORMS = {
    association: 'An association or cooperative',
    sce: 'A European Cooperative Society',
    demonstration: 'A demonstration: no legal person, motions may last seconds',
};

const MAJORITY = {
    simple: 'more for than against', two_thirds: 'two thirds of the votes',
    three_quarters: 'three quarters of the votes', nine_tenths: 'nine tenths of the votes',
};

const SORTS = { ordinary: 'Ordinary motions', qualified: 'Qualified motions', protected: 'Protected motions' };

function decisions(rule) {
    return `${MAJORITY[rule.majority] ?? words(rule.majority)}; quorum ${basisPoints(rule.quorum_bp)}; open for ${duration(rule.open_s)}`;
}

const WITNESSES_MS = 5000; // cosignatures come after the entries that the page is told of

/** How far the witnesses have cosigned, and which of them are behind. */
function Witnesses({ bylaws, entries }) {
    const [known, setKnown] = useState(null);
    useEffect(() => {
        let timer = null;
        let over = false;
        const ask = async () => {
            const answer = await api.witnesses().catch(() => null);
            if (over)
                return;
            setKnown(answer);
            timer = setTimeout(ask, WITNESSES_MS);
        };
        ask();
        return () => {
            over = true;
            clearTimeout(timer);
        };
    }, [entries]);
    const behind = (known?.witnesses ?? []).filter((row) => row.trouble).map((row) => row.name);
    return <>{integer(bylaws.witness_quorum)} of {integer(bylaws.witnesses)} must cosign
        {known && <>; {integer(known.witnessed)} of {plural(entries, 'entry', 'entries')} witnessed</>}
        {behind.length > 0 && <>; trouble with {behind.join(', ')}</>}</>;
}

export function Overview() {
    const coop = useStore((s) => s.coop);
    const tables = useStore((s) => s.tables);
    const { bylaws } = coop;
    const withheld = useStore((s) => s.withheld);
    const active = tables.member.filter((row) => row.state === 'active').length;
    const open = tables.motion.filter((row) => row.state === 'open').length;
    const uses = tables.model.reduce((sum, row) => sum + row.uses, 0);
    const figures = [
        withheld.includes('member') ? [integer(coop.coop.voters), 'members with a vote']
            : [integer(active), active === 1 ? 'member' : 'members'],
        [integer(withheld.includes('motion') ? coop.coop.motions_open : open), 'open motions'],
        [integer(tables.round.filter((row) => row.state === 'closed').length), 'rounds closed'],
        [integer(uses), 'paid uses'],
        [integer(coop.entries), 'log entries'],
    ];
    return (
        <section id="co-op" aria-labelledby="co-op-title">
            <h1 id="co-op-title">{bylaws.name}</h1>
            <p class="purpose">{coop.purpose}</p>
            <ul class="figures">{figures.map(([value, label]) => <li key={label}><strong>{value}</strong> <span>{label}</span></li>)}</ul>
            <Facts rows={[
                ['Legal form', FORMS[bylaws.form] ?? words(bylaws.form)],
                ['Founded', day(coop.coop.founded)],
                ...tables.decision.filter((row) => row.bylaws === bylaws.id)
                    .map((row) => [SORTS[row.sort] ?? words(row.sort), decisions(row)]),
                ['Admission', plural(bylaws.approvals, 'approval')],
                ['Training', `at least ${plural(bylaws.cohort_min, 'member')} in every sum; at most ${plural(bylaws.rounds_max, 'round')} for one mandate`],
                ['Surplus', `${basisPoints(bylaws.members_bp)} to every member alike, ${basisPoints(bylaws.data_bp)} by records brought, ${basisPoints(bylaws.reserve_bp)} to the reserve`],
                ['Witnesses', bylaws.witnesses > 0 ? <Witnesses bylaws={bylaws} entries={coop.entries} />
                    : 'none: times rest on the hub'],
                ['Bylaws', <>version of entry <Ref n={coop.coop.bylaws} /></>],
                ['Log', <><code class="wrap">{coop.coop.origin}</code>, root <Hash of={coop.root} /></>],
            ]} />
        </section>
    );
}
