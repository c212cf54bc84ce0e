/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* models.jsx - models: figures on held-out records, price, uses. */
import { accuracyInterval, bestEvaluation, suspensionOf } from './derive.js';
import { integer, isZero, millionths, money, percent, plural, words } from './format.js';
import { useStore } from './store.js';
import { Badge, Empty, Facts, Member, Ref, Section, Text } from './parts.jsx';

const TONES = { registered: 'plain', released: 'good', retired: 'plain' };

/* How far the accuracy may be off by which records were held out, and by noise. */
function Interval({ evaluation }) {
    const tables = useStore((s) => s.tables);
    const round = tables.round.find((row) => row.id === evaluation.round);
    const mandate = round && tables.mandate.find((row) => row.id === round.mandate);
    if (!mandate || evaluation.has_accuracy === false)
        return null;
    const groups = tables.evaluation_group.filter((row) => row.evaluation === evaluation.id);
    const { low, high } = accuracyInterval(evaluation, round, mandate, groups);
    return <> 95 % interval of the accuracy: {percent(low, 1)} to {percent(high, 1)}.</>;
}

/* Figures of the groups that all sheets name, but for columns of which a level has few records. */
function Groups({ evaluation, exact }) {
    const groups = useStore((s) => s.tables.evaluation_group).filter((row) => row.evaluation === evaluation.id);
    const figures = (row) => [
        `${exact ? '' : 'about '}${plural(row.records, 'record')}`,
        evaluation.has_accuracy !== false && `${percent(row.accuracy_millionths / 1e6, 1)} accuracy`,
        row.has_auc && `AUC ${millionths(row.auc_millionths)}`,
        evaluation.has_errors && `mean absolute error ${millionths(row.mae_millionths)}`,
    ].filter(Boolean).join(', ');
    return groups.length > 0 && (
        <ul class="list note">{groups.map((row) => <li key={`${row.column}=${row.level}`}>
            Where {row.column} is {row.level}: {row.records ? figures(row) : 'not told, since there is none, or fewer than five of a level of the column'}.</li>)}</ul>
    );
}

/* On what the figures were measured. A forecaster's under noise are of members, in deviations of each one's series,
 * and a member's mean error is cut off: SHEAF_FORECAST_NOISED_ERROR_MAX in src/learn/forecast.h. */
function Measured({ kind, exact, evaluation }) {
    const { records } = evaluation, round = <>round <Ref n={evaluation.round} /></>;
    if (kind === 'forecaster' && !exact)
        return <>On the held-out series of about {plural(records, 'member')}, counted with noise, {round}. Each member counts once, by its mean error in standard deviations of its own series; a mean above 2 counts as 2.</>;
    const what = plural(records, kind === 'forecaster' ? 'held-out forecast of a single step' : 'held-out record', kind === 'forecaster' ? 'held-out forecasts of single steps' : undefined);
    return <>On {exact ? '' : 'about '}{what} of the members{exact ? '' : ', counted with noise'}, {round}.</>;
}

function Model({ model, evaluation, currency }) {
    const stopped = useStore((s) => suspensionOf(s.tables.suspension, model.id));
    const figures = evaluation && [
        evaluation.has_accuracy !== false && [percent(evaluation.accuracy_millionths / 1e6, 1), 'accuracy'],
        evaluation.has_auc && [millionths(evaluation.auc_millionths), 'AUC'],
        evaluation.has_log_loss && [millionths(evaluation.log_loss_millionths), 'log loss'],
        evaluation.has_errors && [millionths(evaluation.mae_millionths), 'mean absolute error'],
        evaluation.has_baseline && [millionths(evaluation.baseline_mae_millionths), 'that of the simplest model'],
        evaluation.has_errors && [millionths(evaluation.rmse_millionths), 'root mean squared error'],
    ].filter(Boolean);
    const exact = evaluation && (evaluation.has_log_loss || evaluation.has_baseline);
    return (
        <li class="card" data-model={model.id}>
            <div class="cardhead"><h3><Text of={model.title} /> <Ref n={model.id} /></h3><Badge tone={stopped ? 'bad' : TONES[model.state]}>{words(model.state)}{stopped && ', suspended'}</Badge></div>
            {figures ? (
                <>
                    <ul class="figures small">{figures.map(([value, label]) => <li key={label}><strong>{value}</strong> <span>{label}</span></li>)}</ul>
                    <p class="note"><Measured kind={model.kind} exact={exact} evaluation={evaluation} /><Interval evaluation={evaluation} /></p>
                    <Groups evaluation={evaluation} exact={exact} />
                </>
            ) : <p class="note">Not evaluated yet.</p>}
            <Facts rows={[
                ['Form', `${words(model.kind)}${model.kind === 'logistic' || model.kind === 'linear' ? ' regression' : ''}, ${plural(model.features, 'input')}${model.label ? `, predicts “${model.label}”` : ''}`],
                ['Registered by', <Member id={model.member} ref={false} />],
                model.state !== 'registered' && ['Price of one use', money(model.price_cents, currency)],
                model.state !== 'registered' && ['Paid uses', integer(model.uses)],
                model.state !== 'registered' && ['Licence', model.licence],
                model.released !== null && ['Released by', <Ref n={model.released} />],
                stopped && ['Suspended by', <Ref n={stopped.override} />],
                !isZero(model.sha256) && ['Bytes', <a href={`/api/v1/blobs/${model.sha256}`} download={`model-${model.id}.safetensors`}>
                    <code class="wrap">{model.sha256}</code></a>],
            ]} />
        </li>
    );
}

export function Models() {
    const tables = useStore((s) => s.tables);
    const currency = useStore((s) => s.coop.bylaws.currency);
    return (
        <Section id="models" title="Models">
            {tables.model.length === 0 ? <Empty>No model has been described yet.</Empty>
                : <ul class="cards">{tables.model.map((row) => <Model key={row.id} model={row} currency={currency}
                    evaluation={bestEvaluation(tables.evaluation, row)} />)}</ul>}
        </Section>
    );
}
