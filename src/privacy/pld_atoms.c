/* privacy/pld_atoms.c */
#include "privacy/pld_atoms.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum { PANELS = 24000, NODES = 3 };
#define LATTICE_NOISE_MAX                                                                      \
    4096.0 /* in units: up to here a discrete law is taken point by point */

/* Gauss-Legendre on [-1, 1]. */
static const double node_at[NODES] = {-0.77459666924148337704, 0, 0.77459666924148337704};
static const double node_weight[NODES] = {5.0 / 9, 8.0 / 9, 5.0 / 9};

/* The law without the unit, f0, and the log of the ratio to the one with it, both by x in units
 * of the sensitivity. */
typedef struct {
    const sheaf_mechanism *mechanism;
    sheaf_neighbour neighbour;
} law;

static double log_base_density(const law *l, double x)
{
    double scale = l->mechanism->noise_multiplier;
    if (l->mechanism->noise == SHEAF_NOISE_LAPLACE)
        return -fabs(x) / scale - log(2 * scale);
    return -x * x / (2 * scale * scale) - log(scale * sqrt(2 * M_PI));
}

static double log_ratio(const law *l, double x)
{
    double scale = l->mechanism->noise_multiplier;
    if (l->mechanism->noise == SHEAF_NOISE_LAPLACE)
        return (fabs(x) - fabs(x - 1)) / scale;
    return (2 * x - 1) / (2 * scale * scale);
}

/* log(1 - q + q e^w): how much likelier the mixture makes what the law alone gives. */
static double mixture_log_ratio(double w, double q)
{
    if (q == 1)
        return w;
    return w < 1 ? log1p(q * expm1(w)) : w + log(q + (1 - q) * exp(-w));
}

double sheaf_atoms_share(double loss, double below, double above)
{
    if (above <= below || loss >= above)
        return 1;
    return loss <= below ? 0 : expm1(below - loss) / expm1(below - above);
}

static void atoms_add(sheaf_atoms *atoms, double loss, double mass)
{
    assert(atoms->count < atoms->max);
    atoms->loss[atoms->count] = loss;
    atoms->mass[atoms->count++] = mass;
}

/* A mass of the law without the unit, given by its log, where the log-ratio is w. */
static void atoms_add_base(sheaf_atoms *atoms, const law *l, double log_base, double w)
{
    double loss = mixture_log_ratio(w, l->mechanism->sampling);
    if (l->neighbour == SHEAF_UNIT_REMOVED)
        atoms_add(atoms, loss, exp(log_base + loss));
    else
        atoms_add(atoms, -loss, exp(log_base));
}

/* From x0 to x1 in panels; the log-ratio rises with x. */
static void atoms_add_panels(sheaf_atoms *atoms, const law *l, double x0, double x1)
{
    double q = l->mechanism->sampling, width = (x1 - x0) / PANELS;
    bool removed = l->neighbour == SHEAF_UNIT_REMOVED;
    double left = mixture_log_ratio(log_ratio(l, x0), q);
    atoms_add(atoms, removed ? left : -left, 0);
    for (int panel = 0; panel < PANELS; panel++) {
        double middle = x0 + (panel + 0.5) * width;
        double right = mixture_log_ratio(log_ratio(l, x0 + (panel + 1) * width), q);
        double here = 0, there = 0;
        for (int i = 0; i < NODES; i++) {
            double x = middle + node_at[i] * width / 2;
            double loss = mixture_log_ratio(log_ratio(l, x), q);
            double mass = exp(log_base_density(l, x) + (removed ? loss : 0));
            mass *= node_weight[i] * width / 2;
            double share = removed ? sheaf_atoms_share(loss, left, right)
                                   : 1 - sheaf_atoms_share(-loss, -right, -left);
            there += share * mass;
            here += (1 - share) * mass;
        }
        atoms->mass[atoms->count - 1] += here;
        atoms_add(atoms, removed ? right : -right, there);
        left = right;
    }
}

/* Points k = -reach .. units + reach of a discrete Gaussian. */
static void atoms_add_lattice(sheaf_atoms *atoms, const law *l, double units, long reach)
{
    double noise = l->mechanism->noise_multiplier * units, total = 0;
    for (long k = -reach; k <= reach; k++)
        total += exp(-(double)k * (double)k / (2 * noise * noise));
    for (long k = -reach; k <= (long)units + reach; k++)
        atoms_add_base(atoms, l, -(double)k * (double)k / (2 * noise * noise) - log(total),
                       log_ratio(l, (double)k / units));
}

sheaf_status sheaf_atoms_make(const sheaf_mechanism *m, sheaf_neighbour neighbour, double cut,
                              sheaf_atoms *out, sheaf_err *err)
{
    law l = {m, neighbour};
    double units = sheaf_mechanism_units(m), noise = m->noise_multiplier * units;
    /* Beyond K sigma on both sides there is at most e^(-K^2 / 2); of a discrete law somewhat
     * more, which one point farther on each side makes good. */
    double tail = sqrt(-2 * log(cut));
    bool lattice = m->noise == SHEAF_NOISE_DISCRETE_GAUSSIAN && noise <= LATTICE_NOISE_MAX;
    long reach = lattice ? (long)ceil(tail * noise) + 1 : 0;
    *out = (sheaf_atoms){.max = lattice ? (size_t)(2 * reach + (long)units + 1) : PANELS + 3};
    out->loss = malloc(out->max * sizeof *out->loss);
    out->mass = malloc(out->max * sizeof *out->mass);
    if (!out->loss || !out->mass) {
        sheaf_atoms_free(out);
        return sheaf_fail(err, SHEAF_NOMEM, "no memory is left for a loss distribution");
    }
    if (m->noise == SHEAF_NOISE_LAPLACE) {
        double far = -1 / m->noise_multiplier - M_LN2;
        atoms_add_base(out, &l, -M_LN2, -1 / m->noise_multiplier);
        atoms_add_panels(out, &l, 0, 1);
        atoms_add_base(out, &l, far, 1 / m->noise_multiplier);
        return SHEAF_OK;
    }
    out->infinite = cut;
    if (lattice)
        atoms_add_lattice(out, &l, units, reach);
    else
        atoms_add_panels(out, &l, -tail * m->noise_multiplier, 1 + tail * m->noise_multiplier);
    return SHEAF_OK;
}

void sheaf_atoms_free(sheaf_atoms *atoms)
{
    free(atoms->loss);
    free(atoms->mass);
    *atoms = (sheaf_atoms){0};
}
