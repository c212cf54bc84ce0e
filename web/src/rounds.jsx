/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* rounds.jsx - learning together: what is under way, how the model gets better, every round. */
import { useMemo, useState } from 'preact/hooks';
import { latestModel, learningSeries } from './derive.js';
import { elapsed, integer, millionths, percent, words } from './format.js';
import { useStore } from './store.js';
import { Chart } from './chart.jsx';
import { Badge, Empty, Hash, Meter, Ref, Section, Table, Title, When } from './parts.jsx';

const TONES = { open: 'wait', closed: 'good', aborted: 'bad' };
const STAGES = {
    begin: 'about to begin', commit: 'drawing the order of the ring', advertise: 'agreeing on keys', share: 'sharing secrets',
    input: 'handing in masked vectors', survivors: 'agreeing on who is in the sum', reveal: 'taking off the masks',
    ending: 'its end is being entered on the log',
};

const lossRange = (_, min, max) => (min === null ? [0, 1] : [Math.max(0, min - 0.05), max + 0.05]);
const shareRange = (_, min, max) => (min === null ? [0, 1] : [Math.max(0, min - 0.05), Math.min(1, max + 0.05)]);
const three = (value) => millionths(value * 1e6);
const figure = (row, name, show) => (row.has_figures ? show(row[name]) : '–');

const FIGURES = [
    { label: 'Loss', num: true, cell: (row) => figure(row, 'log_loss_millionths', millionths) },
    { label: 'Accuracy', num: true, cell: (row) => figure(row, 'accuracy_millionths', (n) => percent(n / 1e6, 1)) },
];

function UnderWay({ round }) {
    const progress = useStore((s) => (s.progress?.round === round.id ? s.progress : null));
    const stage = progress ? STAGES[progress.stage] ?? words(progress.stage) : 'waiting for the participants';
    const count = progress ? `${progress.answers} of ${progress.of} answers` : '';
    return (
        <div class="card underway" role="status">
            <p><strong>Round {round.number}</strong> ({words(round.task)}) of <Title table="model" id={round.model} /> <Ref n={round.id} /> is under way: {stage}{count && `, ${count}`}.</p>
            {progress?.graph && <p class="note">Who shares secrets with whom: {progress.graph}.</p>}
            {progress && <Meter part={progress.of ? progress.answers / progress.of : 0} label={count} />}
        </div>
    );
}

function Curves({ model, models, onModel, points }) {
    return (
        <>
            {models.length > 1 && (
                <p class="choose"><label>Model <select value={model} onChange={(event) => onModel(Number(event.currentTarget.value))}>
                    {models.map((id) => <option key={id} value={id}><Title table="model" id={id} /></option>)}</select></label></p>)}
            {points.length > 1 && <div class="charts" id="charts"> {/* a curve of one point says less than the table */}
                {points.some((row) => row.loss !== null || row.heldLoss !== null)
                    && <Chart label="loss" title="Loss" points={points} line="loss" dots="heldLoss" digits={3} range={lossRange} show={three} />}
                <Chart label="accuracy" title="Accuracy" points={points} line="accuracy" dots="heldAccuracy" digits={2} range={shareRange}
                    show={(value) => percent(value, 1)} />
            </div>}
            <details open={points.length === 1}><summary>{points.length > 1 ? 'These figures as a table' : 'Figures'}</summary>
                <Table caption="Loss and accuracy by training rounds" rows={points} id={(row) => row.x} empty="" columns={[
                    { label: 'Training rounds', head: true, cell: (row) => integer(row.x) },
                    { label: 'Loss, training', num: true, cell: (row) => (row.loss === null ? '–' : three(row.loss)) },
                    ...(points.some((row) => row.validLoss !== null) ? [
                        { label: 'Loss, validation', num: true, cell: (row) => (row.validLoss === null ? '–' : three(row.validLoss)) },
                    ] : []),
                    { label: 'Accuracy, training', num: true, cell: (row) => (row.accuracy === null ? '–' : percent(row.accuracy, 1)) },
                    { label: 'Loss, held out', num: true, cell: (row) => (row.heldLoss === null ? '–' : three(row.heldLoss)) },
                    { label: 'Accuracy, held out', num: true, cell: (row) => (row.heldAccuracy === null ? '–' : percent(row.heldAccuracy, 1)) },
                    { label: 'AUC, held out', num: true, cell: (row) => (row.auc === null ? '–' : three(row.auc)) },
                ]} /></details>
        </>
    );
}

export function Rounds() {
    const rounds = useStore((s) => s.tables.round);
    const evaluations = useStore((s) => s.tables.evaluation);
    const [chosen, setChosen] = useState(null);
    const model = chosen ?? latestModel(rounds);
    const points = useMemo(() => learningSeries(rounds, evaluations, model), [rounds, evaluations, model]);
    const models = [...new Set(rounds.map((row) => row.model))];
    const rows = [...rounds].sort((a, b) => b.id - a.id);
    const told = rows.some((row) => row.has_figures);
    const lead = told ? 'Figures on training records describe the model before the round.'
        : rows.length ? 'Under noise there are no figures on training records: they come from evaluations alone.' : '';
    return (
        <Section id="rounds" title="Rounds" lead={`Members train at home; the hub sees only the sum of masked vectors. ${lead}`}>
            {rows.filter((row) => row.state === 'open').map((row) => <UnderWay key={row.id} round={row} />)}
            {points.length > 0 ? <Curves model={model} models={models} onModel={setChosen} points={points} />
                : <Empty>{rows.length ? 'No figures yet: they come with the first training round.' : 'No round has been opened yet.'}</Empty>}
            {rows.length > 0 && <Table caption="Rounds, the latest first" rows={rows} id={(row) => row.id} limit={8} empty="" columns={[
                { label: 'Round', head: true, cell: (row) => <>{row.number} <Ref n={row.id} /></> },
                { label: 'Task', cell: (row) => words(row.task) },
                { label: 'State', cell: (row) => <Badge tone={TONES[row.state]}>{row.state === 'aborted' ? `aborted: ${words(row.reason)}` : words(row.state)}</Badge> },
                { label: 'In the sum', num: true, cell: (row) => (row.state === 'closed' ? `${row.survivors} of ${row.seats}` : `of ${row.seats}`) },
                { label: 'Attested', num: true, cell: (row) => integer(row.attested) },
                ...(told ? FIGURES : []),
                { label: 'Opened', cell: (row) => <When ms={row.opened} /> },
                { label: 'Took', num: true, cell: (row) => (row.closed ? elapsed(row.closed - row.opened) : '–') },
                { label: 'Result', cell: (row) => (row.state === 'closed' ? <Hash of={row.result} /> : '–') },
            ]} />}
        </Section>
    );
}
