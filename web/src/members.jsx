/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* members.jsx - members and applicants. */
import { className } from './derive.js';
import { integer, words } from './format.js';
import { useStore } from './store.js';
import { Badge, Ref, Section, Table, Text } from './parts.jsx';

const TONES = { active: 'good', applied: 'wait', left: 'plain' };

export function Members() {
    const tables = useStore((s) => s.tables);
    const bylaws = useStore((s) => s.coop.bylaws);
    const keys = (row) => tables.key.filter((key) => key.member === row.id && key.revoked === null).length;
    const standing = (row) => (row.state === 'applied'
        ? `applied, ${row.approvals} of ${bylaws.approvals} approvals` : words(row.state));
    return (
        <Section id="members" title="Members" of="member">
            <Table caption="Members and applicants" rows={tables.member} id={(row) => row.id} limit={50}
                empty="Nobody has joined yet."
                columns={[
                    { label: 'Name', head: true, cell: (row) => <><Text of={row.name} none={`member ${row.id}`} /> <Ref n={row.id} /></> },
                    { label: 'Class', cell: (row) => className(row, bylaws, tables.class) },
                    { label: 'Kind', cell: (row) => words(row.kind) },
                    { label: 'Standing', cell: (row) => <Badge tone={TONES[row.state]}>{standing(row)}</Badge> },
                    { label: 'Votes', num: true, cell: (row) => integer(row.votes) },
                    { label: 'Keys', num: true, cell: (row) => integer(keys(row)) },
                    { label: 'Records brought', num: true, cell: (row) => integer(row.contributed) },
                ]} />
            <p class="note">Records brought count those of closed training rounds since surplus was last shared.</p>
        </Section>
    );
}
