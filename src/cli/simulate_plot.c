/* cli/simulate_plot.c - accuracy or error against epsilon as a picture: SVG, by itself.
 *
 * A model's rows under noise are points with a curve through them, and its exact sum is a line
 * across in the same colour. One model alone has besides the lines of who learns alone, of all
 * data in one, and of the simplest model; of several these would hide each other. */
#include "cli/simulate.h"

#include "store/file.h"

#include <math.h>
#include <stdio.h>

enum {
    PLOT_MAX = 1 << 18,
    WIDTH = 760,
    HEIGHT = 460,
    LEFT = 70,
    RIGHT = 190, /* room for the names of lines */
    TOP = 60,
    BOTTOM = 70,
    CAP = 5, /* half of the stroke at the end of an interval */
    NAME_LINE = 15,
    VALUE_TEXT = 64,
    ASIDE = 5, /* of several models' points */
};

/* What numbers become places. */
typedef struct {
    const simulation *s;
    sheaf_buffer *out;
    const simulate_measure *measure;   /* what is drawn */
    int figure;                        /* its place */
    double low, high;                  /* of it */
    double first, last;                /* log of epsilon */
    double name_at[SIMULATE_ROWS_MAX]; /* where lines have their names */
    uint32_t names;
} plot;

static double x_of(const plot *p, double epsilon)
{
    double part = p->last > p->first ? (log(epsilon) - p->first) / (p->last - p->first) : 0.5;
    return LEFT + 24 + part * (WIDTH - LEFT - RIGHT - 48);
}

static double y_of(const plot *p, double accuracy)
{
    return TOP + (p->high - accuracy) / (p->high - p->low) * (HEIGHT - TOP - BOTTOM);
}

static void words_put(plot *p, const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == '<' || *c == '&')
            sheaf_buffer_add_string(p->out, *c == '<' ? "&lt;" : "&amp;");
        else
            sheaf_buffer_add_byte(p->out, (uint8_t)*c);
    }
}

static void text_at(plot *p, double x, double y, const char *class, const char *text)
{
    sheaf_buffer_printf(p->out, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">", x, y, class);
    words_put(p, text);
    sheaf_buffer_add_string(p->out, "</text>\n");
}

static void line_at(plot *p, double x1, double y1, double x2, double y2, const char *class)
{
    sheaf_buffer_printf(
        p->out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n", x1,
        y1, x2, y2, class);
}

/* ---- scales ---- */

/* The first figure; of a class that fewer than one record in ten is of, which accuracy hardly
 * looks at, the area under the curve. */
static void figure_choose(plot *p)
{
    const simulate_counts *data = &p->s->counts[0];
    const uint64_t others = data->records - data->positives;
    const uint64_t fewer = data->positives < others ? data->positives : others;
    p->figure = !p->s->question->number && 10 * fewer < data->records;
    p->measure = &simulate_measures(p->s->question)[p->figure];
}

static simulate_figure figure_of(const plot *p, const simulate_row *row)
{
    return simulate_figure_of(row->figure[p->figure], row->with[p->figure]);
}

static bool is_drawn(const plot *p, const simulate_row *row)
{
    return row->with[p->figure]
           && (p->s->question->models == 1 || row->form >= SHEAF_REHEARSE_EXACT);
}

static void scales_set(plot *p)
{
    figure_choose(p);
    p->low = p->first = INFINITY;
    p->high = p->last = -INFINITY;
    for (uint32_t i = 0; i < p->s->rows; i++) {
        const simulate_row *row = &p->s->row[i];
        simulate_figure f = figure_of(p, row);
        double half = f.half > 0 ? f.half : 0;
        if (row->epsilon > 0) {
            p->first = fmin(p->first, log(row->epsilon));
            p->last = fmax(p->last, log(row->epsilon));
        }
        if (!is_drawn(p, row))
            continue;
        p->low = fmin(p->low, f.mean - half);
        p->high = fmax(p->high, f.mean + half);
    }
    if (!(p->low <= p->high)) { /* no row has figures */
        p->low = 0;
        p->high = 1;
    }
    double margin = (p->high - p->low) * 0.1;
    if (p->measure->share)
        margin = fmax(0.02, margin);
    else if (!(margin > 0))
        margin = fmax(fabs(p->high) * 0.1, 1e-9);
    p->low = fmax(0, p->low - margin);
    p->high = p->measure->share ? fmin(1.005, p->high + margin) : p->high + margin;
}

/* 1, 2 or 5 times a power of ten, such that there are at most eight. */
static double step_of(double range)
{
    static const double parts[] = {1, 2, 5};
    double power = pow(10, floor(log10(range)) - 1);
    int i = 0;
    while (range / (parts[i] * power) > 8) {
        i = (i + 1) % 3;
        power *= i ? 1 : 10;
    }
    return parts[i] * power;
}

/* With so many decimals; below 0 four digits of what is no percentage. */
static void value_write(const plot *p, double value, int decimals, char out[VALUE_TEXT])
{
    if (p->measure->percent)
        snprintf(out, VALUE_TEXT, "%.*f %%", decimals, 100 * value);
    else if (decimals < 0)
        snprintf(out, VALUE_TEXT, "%.4g", value);
    else
        snprintf(out, VALUE_TEXT, "%.*f", decimals, value);
}

static void axes_put(plot *p)
{
    double step = step_of(p->high - p->low), bottom = HEIGHT - BOTTOM;
    char text[VALUE_TEXT];
    double top = p->measure->share ? fmin(1, p->high) : p->high;
    int decimals = p->measure->percent ? step < 0.01 : (int)fmax(0, -floor(log10(step) + 1e-9));
    const int first = (int)ceil(p->low / step), last = (int)floor(top / step + 1e-9);
    for (int i = first; i <= last; i++) {
        double at = i * step;
        line_at(p, LEFT, y_of(p, at), WIDTH - RIGHT, y_of(p, at), "grid");
        value_write(p, at, decimals, text);
        text_at(p, LEFT - 8, y_of(p, at) + 4, "end", text);
    }
    line_at(p, LEFT, TOP, LEFT, bottom, "axis");
    line_at(p, LEFT, bottom, WIDTH - RIGHT, bottom, "axis");
    for (uint32_t i = 0; i < p->s->question->epsilons; i++) {
        double epsilon = p->s->question->epsilon[i];
        line_at(p, x_of(p, epsilon), bottom, x_of(p, epsilon), bottom + 5, "axis");
        snprintf(text, sizeof text, "%.10g", epsilon);
        text_at(p, x_of(p, epsilon), bottom + 20, "middle", text);
    }
    snprintf(text, sizeof text, "epsilon at delta %g: less is more private",
             p->s->question->delta);
    text_at(p, (LEFT + WIDTH - RIGHT) / 2.0, bottom + 44, "middle", text);
    sheaf_buffer_printf(p->out,
                        "<text transform=\"translate(20 %.1f) rotate(-90)\" class=\"middle\">"
                        "%s on held-out data</text>\n",
                        (TOP + bottom) / 2, p->measure->name);
}

/* ---- rows ---- */

/* Names keep a line's height between each other, as near as they can to what they name. */
static double name_place(plot *p, double y)
{
    for (int shift = 0; shift < HEIGHT; shift++) {
        for (int sign = -1; sign <= 1; sign += 2) {
            double at = y + sign * shift;
            bool free = at > TOP - NAME_LINE && at < HEIGHT - BOTTOM + NAME_LINE;
            for (uint32_t i = 0; i < p->names && free; i++)
                free = fabs(at - p->name_at[i]) >= NAME_LINE;
            if (free)
                return p->name_at[p->names++] = at;
        }
    }
    return y;
}

/* The class of a model's lines where there are several. */
static const char *model_class(const plot *p, const simulate_row *row, char out[16])
{
    static const char *const alone[] = {"alone", "pooled", "exact", "noised"};
    if (p->s->question->models == 1)
        return row->simplest ? "simplest" : alone[row->form];
    snprintf(out, 16, "model%u", row->model);
    return out;
}

/* A row without epsilon is a line across. */
static void reference_put(plot *p, const simulate_row *row)
{
    const simulate_question *q = p->s->question;
    simulate_figure f = figure_of(p, row);
    char class[16], text[3 * VALUE_TEXT], value[VALUE_TEXT];
    const char *of = model_class(p, row, class);
    double y = y_of(p, f.mean);
    sheaf_buffer_printf(p->out, "<g class=\"%s\">\n", of);
    line_at(p, LEFT, y, WIDTH - RIGHT, y, "across");
    value_write(p, f.mean, p->measure->percent ? 1 : -1, value);
    snprintf(text, sizeof text, "%.40s, %s",
             q->models > 1 ? q->model[row->model].text : row->name, value);
    text_at(p, WIDTH - RIGHT + 8, name_place(p, y) + 4, "name", text);
    sheaf_buffer_add_string(p->out, "</g>\n");
}

/* Points of several models stand beside each other. */
static double point_x(const plot *p, const simulate_row *row)
{
    double middle = (p->s->question->models - 1) / 2.0;
    return x_of(p, row->epsilon) + (row->model - middle) * ASIDE;
}

static void point_put(plot *p, const simulate_row *row)
{
    simulate_figure f = figure_of(p, row);
    double x = point_x(p, row), y = y_of(p, f.mean);
    if (f.half > 0) {
        double most = f.mean + f.half;
        double top = y_of(p, p->measure->share ? fmin(1, most) : most);
        double low = y_of(p, fmax(0, f.mean - f.half));
        line_at(p, x, top, x, low, "bar");
        line_at(p, x - CAP, top, x + CAP, top, "bar");
        line_at(p, x - CAP, low, x + CAP, low, "bar");
    }
    sheaf_buffer_printf(p->out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\"><title>", x, y);
    words_put(p, p->s->question->model[row->model].text);
    sheaf_buffer_printf(p->out, ", %s: %.4g</title></circle>\n", row->name, f.mean);
}

/* A model's row of the next larger epsilon, in whatever order they were given. */
static const simulate_row *next_of(const plot *p, uint32_t model, double before)
{
    const simulate_row *next = NULL;
    for (uint32_t i = 0; i < p->s->rows; i++) {
        const simulate_row *row = &p->s->row[i];
        if (row->model == model && row->with[p->figure] && row->epsilon > before
            && (!next || row->epsilon < next->epsilon))
            next = row;
    }
    return next;
}

static void curve_put(plot *p, uint32_t model)
{
    const simulate_row *row = next_of(p, model, 0);
    char class[16];
    if (!row)
        return;
    sheaf_buffer_printf(p->out, "<g class=\"%s\">\n<polyline class=\"curve\" points=\"",
                        model_class(p, row, class));
    for (; row; row = next_of(p, model, row->epsilon))
        sheaf_buffer_printf(p->out, "%.1f,%.1f ", point_x(p, row),
                            y_of(p, figure_of(p, row).mean));
    sheaf_buffer_add_string(p->out, "\"/>\n");
    for (row = next_of(p, model, 0); row; row = next_of(p, model, row->epsilon))
        point_put(p, row);
    sheaf_buffer_add_string(p->out, "</g>\n");
}

static void rows_put(plot *p)
{
    for (uint32_t i = 0; i < p->s->rows; i++)
        if (is_drawn(p, &p->s->row[i]) && p->s->row[i].form != SHEAF_REHEARSE_NOISED)
            reference_put(p, &p->s->row[i]);
    for (uint32_t m = 0; m < p->s->question->models; m++)
        curve_put(p, m);
}

/* Colours that are told apart without red from green: Okabe and Ito 2008, darkened for text. */
static void styles_put(plot *p)
{
    static const char *const colour[SIMULATE_MODELS_MAX] = {
        "#0b5fa5", "#b35900", "#1a7f37", "#8250df", "#a1245e", "#00707a", "#6b5900", "#444"};
    static const struct {
        const char *class, *colour, *dashes;
    } alone[] = {{"noised", "#0b5fa5", "0"},
                 {"exact", "#1a7f37", "7 4"},
                 {"pooled", "#8250df", "2 4"},
                 {"alone", "#b35900", "10 3 2 3"},
                 {"simplest", "#555", "1 3"}};
    static const char form[] = ".%s line,.%s polyline{stroke:%s}.%s circle,.%s text{fill:%s}"
                               ".%s .across{stroke-dasharray:%s}";
    for (size_t i = 0; i < sizeof alone / sizeof *alone; i++)
        sheaf_buffer_printf(p->out, form, alone[i].class, alone[i].class, alone[i].colour,
                            alone[i].class, alone[i].class, alone[i].colour, alone[i].class,
                            alone[i].dashes);
    for (uint32_t i = 0; i < p->s->question->models; i++) {
        char class[16];
        snprintf(class, sizeof class, "model%u", i);
        sheaf_buffer_printf(p->out, form, class, class, colour[i], class, class, colour[i],
                            class, "7 4");
    }
}

static void title_put(plot *p)
{
    const simulate_question *q = p->s->question;
    const sheaf_rehearsal *first = &q->model[0].plan;
    char text[256], models[128], rounds[32] = "";
    snprintf(models, sizeof models, "%u models, their exact sums dashed", q->models);
    if (q->models == 1) {
        snprintf(models, sizeof models, "%.60s", q->model[0].text);
        snprintf(rounds, sizeof rounds, "%u ", first->rounds);
    }
    snprintf(text, sizeof text, "%u members, %.40s, noise for each %s", q->plan.members,
             q->split_text, q->plan.unit == SHEAF_NOISED_RECORD ? "record" : "member");
    text_at(p, LEFT, 24, "title", text);
    snprintf(text, sizeof text, "%s; %sround%s of %u members, %u seed%s%s", models, rounds,
             q->models == 1 ? simulate_s(first->rounds) : "s", q->plan.cohort, q->seeds,
             simulate_s(q->seeds), q->seeds > 1 ? "; bars are 95 % intervals over them" : "");
    text_at(p, LEFT, 43, "small", text);
}

static void begin(plot *p)
{
    sheaf_buffer_printf(
        p->out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">\n"
        "<style>text{font:13px sans-serif;fill:#222}.title{font-weight:bold;font-size:15px}"
        ".end{text-anchor:end}.middle{text-anchor:middle}.small{font-size:11px;fill:#555}"
        "line{stroke:#222}.grid{stroke:#ddd}.bar{stroke-width:1.5}"
        ".curve{fill:none;stroke-width:2}",
        WIDTH, HEIGHT);
    styles_put(p);
    sheaf_buffer_printf(p->out, "</style>\n<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
                        WIDTH, HEIGHT);
    title_put(p);
}

sheaf_status simulate_plot(const simulation *s, const char *path, sheaf_err *err)
{
    sheaf_buffer out;
    plot p = {.s = s, .out = &out};
    sheaf_buffer_init(&out, PLOT_MAX);
    scales_set(&p);
    begin(&p);
    axes_put(&p);
    rows_put(&p);
    sheaf_buffer_add_string(&out, "</svg>\n");
    sheaf_status status = sheaf_buffer_check(&out, "the picture", err);
    if (status == SHEAF_OK)
        status = sheaf_file_write(path, 0644, sheaf_buffer_slice(&out), err);
    sheaf_buffer_deinit(&out);
    return status;
}
