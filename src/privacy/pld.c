/* privacy/pld.c */
#include "privacy/pld.h"

#include "privacy/fft.h"
#include "privacy/pld_atoms.h"

#include <math.h>
#include <stdlib.h>

enum {
    GRID_BITS = 18,
    GRID_BITS_MANY = 20, /* for many steps: the grid's own spread adds up */
    STEPS_MANY = 1 << 16,
    SEARCH_HALVINGS = 45,
    WINDOW_RATES = 12,
    TILTS_MORE = 2, /* smaller ones that are tried where the best tilt is out of reach */
    TILTS_RATIO = 8,
};

/* The best tilt is about sqrt(2 log(1/delta) / (T Var)): small where many steps lose much,
 * large where they lose little. */
#define TILT_MIN 1e-9
#define TILT_MAX 1e12
/* How near to its limit the left side of the tilt's equation may come; losses that are one. */
#define TOP_SHARE 0.8
#define SAME_LOSS 1e-9
/* Shares of delta that may be cut off a step's law, and of the tilted law outside the window.
 */
#define CUT_SHARE     1e-9
#define OUTSIDE_SHARE 1e-15

/* One composition, from the losses of a step to the curve. */
typedef struct {
    sheaf_atoms atoms;
    double steps, delta;
    double tilt;        /* lambda: masses are weighted by e^(lambda * loss) */
    double log_moment;  /* of a step on the grid: log of the sum of the weighted masses */
    double mean;        /* of a step under the tilt */
    double grid;        /* spacing of the losses */
    double centre;      /* of the window, a multiple of the grid */
    size_t n;           /* points in the window */
    double complex *at; /* n of them, and roots: n / 2 */
    double complex *roots;
} composition;

/* log of the sum of mass * e^(tilt * loss), and its derivative. */
static double log_moment(const sheaf_atoms *atoms, double tilt, double *mean)
{
    double top = -INFINITY, sum = 0, moment = 0;
    for (size_t i = 0; i < atoms->count; i++)
        if (atoms->mass[i] > 0)
            top = fmax(top, tilt * atoms->loss[i]);
    for (size_t i = 0; i < atoms->count; i++) {
        double weight = atoms->mass[i] * exp(tilt * atoms->loss[i] - top);
        sum += weight;
        moment += weight * atoms->loss[i];
    }
    *mean = moment / sum;
    return top + log(sum);
}

/* The largest loss, and the mass there. */
static double top_loss(const sheaf_atoms *atoms, double *mass)
{
    double top = -INFINITY;
    for (size_t i = 0; i < atoms->count; i++)
        if (atoms->mass[i] > 0)
            top = fmax(top, atoms->loss[i]);
    *mass = 0;
    for (size_t i = 0; i < atoms->count; i++)
        if (atoms->loss[i] >= top - SAME_LOSS)
            *mass += atoms->mass[i];
    return top;
}

/* The tilt whose Chernoff bound on epsilon, (T K(lambda) + log(1/delta)) / lambda, is smallest:
 * there T (lambda K' - K) = log(1/delta), and the left side rises with lambda, towards
 * -T log(mass at the top). Where that is in reach, as for Laplace noise, it stays short of it,
 * or rounding would drown what lies below the top. */
static double choose_tilt(const composition *c, bool *short_of_it)
{
    double lo = log(TILT_MIN), hi = log(TILT_MAX), mean, mass;
    (void)top_loss(&c->atoms, &mass);
    double reach = -TOP_SHARE * c->steps * log(mass), sought = fmin(-log(c->delta), reach);
    *short_of_it = sought == reach;
    for (int i = 0; i < SEARCH_HALVINGS; i++) {
        double middle = (lo + hi) / 2, tilt = exp(middle);
        double moment = log_moment(&c->atoms, tilt, &mean);
        if (c->steps * (tilt * mean - moment) < sought)
            lo = middle;
        else
            hi = middle;
    }
    return exp(lo);
}

/* Half the width of a window around the composed mean outside which the tilted law has at most
 * OUTSIDE_SHARE, by Chernoff bounds at several rates. */
static double window_half(const composition *c)
{
    double spread = 0, half[2] = {INFINITY, INFINITY}, unused;
    for (size_t i = 0; i < c->atoms.count; i++) {
        double away = c->atoms.loss[i] - c->mean;
        spread +=
            c->atoms.mass[i] * exp(c->tilt * c->atoms.loss[i] - c->log_moment) * away * away;
    }
    double unit = 1 / sqrt(c->steps * spread + 1e-18);
    for (int i = 0; i < WINDOW_RATES; i++)
        for (int side = 0; side < 2; side++) {
            double rate = ldexp(unit, i - 2) * (side ? -1 : 1);
            double moment = log_moment(&c->atoms, c->tilt + rate, &unused) - c->log_moment;
            double bound =
                (c->steps * (moment - rate * c->mean) - log(OUTSIDE_SHARE)) / fabs(rate);
            half[side] = fmin(half[side], bound);
        }
    return fmax(half[0], half[1]);
}

/* A spacing near the one given of which the loss of the heaviest mass is a multiple: that mass
 * is then not split at all. */
static double grid_near(const sheaf_atoms *atoms, double spacing)
{
    size_t heaviest = 0;
    for (size_t i = 1; i < atoms->count; i++)
        if (atoms->mass[i] > atoms->mass[heaviest])
            heaviest = i;
    double loss = fabs(atoms->loss[heaviest]);
    return loss >= spacing ? loss / floor(loss / spacing) : spacing;
}

static size_t wrap(const composition *c, double index)
{
    double n = (double)c->n, rest = fmod(index, n);
    return (size_t)(rest < 0 ? rest + n : rest) & (c->n - 1);
}

/* Lays the tilted law of one step on the grid, sum 1, and finds the window's centre. */
static void lay_step(composition *c)
{
    double sum = 0, moment = 0, base = c->log_moment;
    for (size_t i = 0; i < c->atoms.count; i++) {
        double index = floor(c->atoms.loss[i] / c->grid);
        double below = index * c->grid, above = (index + 1) * c->grid;
        double share = sheaf_atoms_share(c->atoms.loss[i], below, above);
        double low = c->atoms.mass[i] * (1 - share) * exp(c->tilt * below - base);
        double high = c->atoms.mass[i] * share * exp(c->tilt * above - base);
        c->at[wrap(c, index)] += low;
        c->at[wrap(c, index + 1)] += high;
        sum += low + high;
        moment += low * below + high * above;
    }
    for (size_t i = 0; i < c->n; i++)
        c->at[i] /= sum;
    c->log_moment += log(sum);
    c->mean = moment / sum;
    c->centre = rint(c->steps * c->mean / c->grid) * c->grid;
}

/* Convolves the step with itself: the law of all steps, where the grid's index modulo n says.
 */
static void compose(composition *c)
{
    sheaf_fft(c->at, c->roots, c->n);
    for (size_t i = 0; i < c->n; i++) {
        double size = exp(c->steps * log(cabs(c->at[i])));
        double turn = c->steps * carg(c->at[i]);
        /* Conjugated, so that the same transform leads back. */
        c->at[i] = CMPLX(size * cos(turn), -size * sin(turn)) / (double)c->n;
    }
    sheaf_fft(c->at, c->roots, c->n);
}

/* Walks down from the largest loss until delta is reached. With l counted from the centre,
 * delta(epsilon) is e^(T K - lambda centre) times the sum over l > epsilon of
 * p(l) e^(-lambda l) (1 - e^(epsilon - l)); `second` is the part that is taken off, at the loss
 * that the walk has come to. What lies above the window counts as infinite loss; where that
 * alone may be delta, as it may under too small a tilt, this says nothing. */
static double find_epsilon(const composition *c)
{
    double scale = c->steps * c->log_moment - c->tilt * c->centre;
    double delta = c->delta - c->steps * c->atoms.infinite;
    double target = exp(log(delta) - scale), second = 0, step = exp(-c->grid);
    double origin = rint(c->centre / c->grid), loss = (double)c->n / 2 * c->grid;
    double first = OUTSIDE_SHARE * exp(-c->tilt * loss);
    if (first >= target)
        return INFINITY;
    for (long j = (long)c->n / 2 - 1; j >= -(long)c->n / 2; j--) {
        loss = (double)j * c->grid;
        second *= step;
        if (first - second >= target || c->centre + loss < 0)
            break;
        double mass = fmax(creal(c->at[wrap(c, origin + (double)j)]), 0);
        first += mass * exp(-c->tilt * loss);
        second += mass * exp(-c->tilt * loss);
    }
    double epsilon = c->centre + loss;
    if (!(first <= target || second <= 0))
        epsilon += log((first - target) / second);
    return isnan(epsilon) ? INFINITY : fmax(0, epsilon);
}

/* An upper bound at any tilt, up to rounding; a near one at a tilt well chosen. Infinite where
 * the weights are beyond what a double holds. */
static double epsilon_at_tilt(composition *c, double tilt)
{
    c->tilt = tilt;
    c->log_moment = log_moment(&c->atoms, tilt, &c->mean);
    c->grid = grid_near(&c->atoms, 2 * window_half(c) / (double)c->n);
    for (size_t i = 0; i < c->n; i++)
        c->at[i] = 0;
    lay_step(c);
    compose(c);
    return find_epsilon(c);
}

static sheaf_status neighbour_epsilon(const sheaf_mechanism *m, sheaf_neighbour neighbour,
                                      composition *c, double *epsilon, sheaf_err *err)
{
    bool short_of_it;
    double mass, mean;
    SHEAF_TRY(sheaf_atoms_make(m, neighbour, c->delta * CUT_SHARE / c->steps, &c->atoms, err));
    double tilt = choose_tilt(c, &short_of_it);
    double left = c->delta - c->steps * c->atoms.infinite;
    /* Chernoff's bound caps what rounding may have added. */
    double chernoff = (c->steps * log_moment(&c->atoms, tilt, &mean) - log(left)) / tilt;
    *epsilon = fmin(epsilon_at_tilt(c, tilt), fmax(0, chernoff));
    for (int i = 0; short_of_it && i < TILTS_MORE; i++)
        *epsilon = fmin(*epsilon, epsilon_at_tilt(c, tilt /= TILTS_RATIO));
    /* Beyond the most that every step can lose there is only what was cut off. */
    *epsilon = fmin(*epsilon, fmax(0, c->steps * top_loss(&c->atoms, &mass)));
    sheaf_atoms_free(&c->atoms);
    return SHEAF_OK;
}

bool sheaf_pld_applies(const sheaf_mechanism *m)
{
    return m->noise != SHEAF_NOISE_SKELLAM;
}

sheaf_status sheaf_pld_epsilon(const sheaf_mechanism *m, uint32_t steps, double delta,
                               double *epsilon, sheaf_err *err)
{
    sheaf_status status = SHEAF_OK;
    double removed = 0, added = 0;
    composition c = {.steps = steps, .delta = delta};
    c.n = (size_t)1 << (steps > STEPS_MANY ? GRID_BITS_MANY : GRID_BITS);
    c.at = malloc(c.n * sizeof *c.at);
    c.roots = malloc(c.n / 2 * sizeof *c.roots);
    if (!c.at || !c.roots) {
        status = sheaf_fail(err, SHEAF_NOMEM, "no memory is left for a loss distribution");
        goto done;
    }
    sheaf_fft_roots(c.roots, c.n);
    status = neighbour_epsilon(m, SHEAF_UNIT_REMOVED, &c, &removed, err);
    if (status == SHEAF_OK && m->sampling < 1)
        status = neighbour_epsilon(m, SHEAF_UNIT_ADDED, &c, &added, err);
    if (status == SHEAF_OK)
        *epsilon = fmax(removed, added);
done:
    free(c.at);
    free(c.roots);
    return status;
}
