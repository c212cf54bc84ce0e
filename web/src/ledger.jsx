/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* ledger.jsx - accounts in double entry, and who got which share of the surplus. */
import { ledger } from './derive.js';
import { money, percent } from './format.js';
import { useStore } from './store.js';
import { Badge, Empty, Member, Meter, Section, Table } from './parts.jsx';

const NAMES = { bank: 'Money held', revenue: 'Earned, not yet shared', reserve: 'Indivisible reserve', expenses: 'Spent', split: 'Owed to co-ops that members went to' };

const Account = ({ row }) => {
    const of = { member: 'Owed to', shares: 'Paid in for shares by' }[row.kind];
    return of ? <>{of} <Member id={row.member} ref={false} /></> : <>{NAMES[row.kind] ?? row.kind}</>;
};

function Shares({ shares, total, currency }) {
    return (
        <>
            <h3 class="sub">Surplus shared so far: {money(total, currency)}</h3>
            <ul class="shares">{shares.map((row) => (
                <li key={row.row}>
                    <span class="name">{row.kind === 'member' ? <Member id={row.member} ref={false} /> : NAMES[row.kind]}</span>
                    <Meter part={row.part} label={percent(row.part, 1)} tone={row.kind === 'member' ? 'accent' : 'gold'} />
                    <span class="num">{percent(row.part, 1)}</span><span class="num">{money(row.credit, currency)}</span>
                </li>))}</ul>
        </>
    );
}

export function Ledger() {
    const accounts = useStore((s) => s.tables.account);
    const currency = useStore((s) => s.coop.bylaws.currency);
    const { rows, debit, credit, balanced, shares, total } = ledger(accounts);
    const amount = (cents) => (cents ? money(cents, currency) : '');
    return (
        <Section id="ledger" title="Ledger" of="account">
            <Table caption="Accounts and their balances" rows={rows} id={(row) => row.row} empty="No money has moved yet." columns={[
                { label: 'Account', head: true, cell: (row) => <Account row={row} /> },
                { label: 'Debit', num: true, cell: (row) => amount(row.debit) },
                { label: 'Credit', num: true, cell: (row) => amount(row.credit) },
            ]} foot={(
                <tr role="row"><th role="rowheader" scope="row">Total <Badge tone={balanced ? 'good' : 'bad'}>{balanced ? 'balanced' : 'does not balance'}</Badge></th>
                    <td role="cell" class="num" data-label="Debit">{money(debit, currency)}</td>
                    <td role="cell" class="num" data-label="Credit">{money(credit, currency)}</td></tr>)} />
            {rows.length > 0 && (shares.length > 0 ? <Shares shares={shares} total={total} currency={currency} />
                : <Empty>No surplus has been shared yet.</Empty>)}
        </Section>
    );
}
