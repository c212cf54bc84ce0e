/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* data.jsx - data sets, which stay with their members, and the consents to use them. */
import { consentStanding, privacyBound } from './derive.js';
import { integer, words } from './format.js';
import { useStore } from './store.js';
import { Badge, Member, Ref, Section, Table, Text, Title, When } from './parts.jsx';

const TONES = { live: 'good', revoked: 'bad', ended: 'plain' };
const SUBJECTS = { none: 'nobody', customers: 'customers', patients: 'patients', public: 'published material' };

export function Data() {
    const tables = useStore((s) => s.tables);
    const now = Date.now();
    return (
        <Section id="data" title="Data and consents" of="dataset" lead="Data sets are described here and stay at home. Each use needs its owner’s consent.">
            <Table caption="Data sets" rows={tables.dataset} id={(row) => row.id} limit={50} empty="No data set has been registered yet."
                columns={[
                    { label: 'Data set', head: true, cell: (row) => <><Text of={row.title} /> <Ref n={row.id} /></> },
                    { label: 'Member', cell: (row) => <Member id={row.member} ref={false} /> },
                    { label: 'Records', num: true, cell: (row) => integer(row.records) },
                    { label: 'About', cell: (row) => SUBJECTS[row.subjects] ?? words(row.subjects) },
                    { label: 'Layout', cell: (row) => <span class="keep">{row.schema}</span> },
                    { label: 'Licence', cell: (row) => <span class="keep">{row.licence}</span> },
                    { label: 'Standing', cell: (row) => <Badge tone={row.retired === null ? 'good' : 'plain'}>{row.retired === null ? 'in use' : 'withdrawn'}</Badge> },
                ]} />
            <Table caption="Consents" rows={[...tables.consent].sort((a, b) => b.id - a.id)} id={(row) => row.id} limit={20}
                empty="No consent has been given, so no data set may be used."
                columns={[
                    { label: 'Consent to use', head: true, cell: (row) => <><Title table="dataset" id={row.dataset} /> <Ref n={row.id} /></> },
                    { label: 'Given by', cell: (row) => <Member id={row.member} ref={false} /> },
                    { label: 'For', cell: (row) => words(row.purpose) },
                    { label: 'Allows in all', cell: (row) => (row.has_budget
                        ? `to give away ${privacyBound(row.budget_unit, row.budget_epsilon_millionths, row.budget_delta_trillionths)}` : 'no limit') },
                    { label: 'Until', cell: (row) => <When ms={row.until} dateOnly /> },
                    { label: 'Standing', cell: (row) => {
                        const standing = consentStanding(row, now);
                        return <><Badge tone={TONES[standing]}>{standing}</Badge>{row.revoked !== null && <> <Ref n={row.revoked} /></>}</>;
                    } },
                ]} />
        </Section>
    );
}
