/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* mandates.jsx - what may be trained, within which limits, and how much of them is used. */
import { mandateStanding, noisedSentence, privacyCap, suspensionOf } from './derive.js';
import { integer, plural, words } from './format.js';
import { useStore } from './store.js';
import { EXACT_SUM } from './effects.jsx';
import { Badge, Empty, Facts, Meter, Ref, Section, Title, When } from './parts.jsx';

const TONES = { 'in force': 'good', revoked: 'bad', suspended: 'bad', expired: 'plain', 'used up': 'plain' };

function Mandate({ mandate, sources }) {
    const suspensions = useStore((s) => s.tables.suspension);
    const bylaws = useStore((s) => s.coop.bylaws);
    const standing = mandateStanding(mandate, Date.now(), suspensions);
    const used = `${integer(mandate.rounds_used)} of ${plural(mandate.rounds_max, 'round')} used`;
    const step = mandate.batch ? `${plural(mandate.batch, 'record')} a step` : 'all records in every step';
    return (
        <li class="card">
            <div class="cardhead"><h3><Title table="model" id={mandate.model} /> <Ref n={mandate.id} /></h3><Badge tone={TONES[standing]}>{standing}</Badge></div>
            <p class="usage"><Meter part={mandate.rounds_used / mandate.rounds_max} label={used} /> <span>{used}</span></p>
            <Facts rows={[
                ['Decided by', <>motion <Ref n={mandate.motion} /></>],
                mandate.revoked !== null ? ['Revoked by', <Ref n={mandate.revoked} />] : ['Expires', <When ms={mandate.expires} />],
                standing === 'suspended' && ['Suspended by', <Ref n={suspensionOf(suspensions, mandate.id).override} />],
                ['Consents', `for ${words(mandate.purpose)}`],
                ['Each sum', `over at least ${plural(mandate.cohort_min, 'member')}; ${plural(mandate.attest_min, 'attestation')} before the next round`],
                mandate.release === 'noised' && ['Privacy cap', privacyCap(bylaws)],
                ['Learning', `${plural(mandate.local_steps, 'local step')} a round, ${step}, rate ${mandate.rate_millionths / 1e6}`],
                mandate.patience > 0 && ['Training ends', `after ${plural(mandate.patience, 'model')} in succession no better on validation records${mandate.measured ? `; the best of ${integer(mandate.measured)} so far has a loss of ${(mandate.best_loss_millionths / 1e6).toFixed(4)}` : ''}`],
                ['Data sets', <>{sources.map((row) => <div key={row.dataset}><Title table="dataset" id={row.dataset} /></div>)}</>],
            ]} />
            {mandate.release === 'noised' && <p>{noisedSentence(mandate)}</p>}
            {mandate.release === 'exact_sum' && <p class="warning">{EXACT_SUM}</p>}
        </li>
    );
}

export function Mandates() {
    const tables = useStore((s) => s.tables);
    const rows = [...tables.mandate].sort((a, b) => b.id - a.id);
    return (
        <Section id="mandates" title="Mandates" lead="Nothing is trained without one. A mandate exists only because a motion was adopted.">
            {rows.length === 0 ? <Empty>No mandate has been granted, so nothing may be trained.</Empty>
                : <ul class="cards">{rows.map((row) => <Mandate key={row.id} mandate={row}
                    sources={tables.source.filter((each) => each.mandate === row.id)} />)}</ul>}
        </Section>
    );
}
